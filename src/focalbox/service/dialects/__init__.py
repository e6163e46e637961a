"""Addresses of focalbox itself and of other services: read into an `ImageRequest`, and signed."""
