"""The command `focalbox`: its options, what each command does, what it says."""
