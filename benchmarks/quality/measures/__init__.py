"""What is counted of windows: the gain they keep, and what they cut."""
