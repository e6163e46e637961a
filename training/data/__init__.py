"""The labelled pictures as plain arrays."""
