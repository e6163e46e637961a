"""What a batch costs beside the peers, and what follows for millions of pictures; ``make bench-batch``."""
