"""From an assessment to its posterior, by either method."""
