"""The way back from a number to what was said and seen."""
