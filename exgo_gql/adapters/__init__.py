"""What is outside, each behind a small Protocol."""
