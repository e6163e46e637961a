"""The version of focalbox; part of every analysis, so that a saved one tells which version made it."""

__version__ = "0.1.0"
