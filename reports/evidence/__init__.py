"""What each item weighs, what would change the answer, and what to look for next."""
