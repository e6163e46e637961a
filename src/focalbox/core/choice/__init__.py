"""What is chosen: how large a window, where, what is padded; and what is said of it, the crop."""
