"""What one analyst believes, before any scenario is reckoned: statements, the priors fitted to them, prior sets."""
