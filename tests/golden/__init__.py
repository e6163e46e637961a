"""Decisions that are stored, so that a change of them is seen: which window is taken of which picture for which size."""
