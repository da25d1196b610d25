"""What drives one assessment."""
