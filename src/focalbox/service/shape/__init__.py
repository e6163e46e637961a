"""Sizes and places that depend on the picture: on its size, or on what is found in it."""
