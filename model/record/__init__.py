"""Saved runs, and how assessments were resolved and scored."""
