"""Several analysts side by side."""
