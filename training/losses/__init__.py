"""What an answer costs."""
