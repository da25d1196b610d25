"""What would follow if things were otherwise."""
