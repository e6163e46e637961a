"""From a decided crop to the bytes of a file."""
