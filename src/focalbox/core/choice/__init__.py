"""The choice of a crop: how large the window is, where, what is padded, and what the crop tells about it."""
