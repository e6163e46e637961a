"""How fast one crop is, beside the peers: times, memory, sharpness; ``make bench``."""
