"""Films: GIF, animated WebP and PNG, AVIF sequences, read and written frame by frame."""
