"""Looks at a picture: array in, saliency map and subjects out. Models and detectors are plain callables."""
