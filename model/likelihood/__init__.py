"""The likelihood of a scenario: its layout as arrays, its equations, and the exact sum over its binary events."""
