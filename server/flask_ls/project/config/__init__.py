"""What configuration an app runs with: known keys, where each is set, and what cannot be known."""
