"""Sizes and places that are only known once the picture is, or what is in it."""
