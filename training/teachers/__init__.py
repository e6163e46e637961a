"""Other people's detectors, and what they mark for the network to learn."""
