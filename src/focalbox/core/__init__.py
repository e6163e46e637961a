"""Decides where to crop: pure NumPy and standard library, no files, no clock, no chance, no network."""
