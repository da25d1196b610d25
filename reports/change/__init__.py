"""What changed between two runs, and why the judgement did."""
