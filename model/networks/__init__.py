"""Bayesian networks of other programs: their files read and written, and what they are as a scenario."""
