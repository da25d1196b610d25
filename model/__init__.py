"""Scenarios, and everything that is computed from one and a prior set."""
