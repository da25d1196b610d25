"""The report: an assessment told in full, for readers who will never run the tool."""
