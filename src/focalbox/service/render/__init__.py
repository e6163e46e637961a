"""From a request to the bytes of an answer, with the caches in between."""
