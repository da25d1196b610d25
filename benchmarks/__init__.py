"""Speed and memory of the package, compared with what a user would otherwise write."""
