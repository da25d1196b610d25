"""The equations: from quantities to the probability of events and evidence."""
