"""Finds what matters in a picture and crops to any size around it."""
