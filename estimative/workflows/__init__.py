"""Use cases: each computes and returns a result, prints nothing, and names no option."""
