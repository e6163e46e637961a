"""Trains focalbox's networks and measures them; not part of the wheel."""
