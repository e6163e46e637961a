"""The measures of windows: their gain, and the subjects that they cut."""
