"""A Django application as a user of focalbox writes it."""
