"""The cost of a batch compared with its peers, and the cost that follows for millions of pictures; ``make bench-batch``."""
