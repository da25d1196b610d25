"""What one analyst believes: statements, the priors fitted to them, and prior sets."""
