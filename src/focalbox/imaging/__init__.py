"""Pixels: from bytes to the working image and from the crop back to bytes. Pillow stays here and in ``explain``."""
