"""Measures a network file on the dev rows."""
