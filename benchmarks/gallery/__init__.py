"""Crops to look at: the gallery, the pictures of the documentation, and blind sheets to count on."""
