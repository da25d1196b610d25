"""What a scenario says, and what follows from it."""
