"""The command `focalbox`: its options, its commands and its messages."""
