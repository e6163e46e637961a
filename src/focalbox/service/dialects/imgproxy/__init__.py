"""imgproxy's addresses: the grammar, the options, and what they mean together."""
