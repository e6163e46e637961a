"""The dialects of addresses: each is read into an `ImageRequest`, and signed in its own way."""
