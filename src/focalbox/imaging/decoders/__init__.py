"""Decoders of single formats: Pillow's, loaded when needed, and those that save its copies."""
