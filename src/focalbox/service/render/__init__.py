"""From a request to the bytes of an answer, with what is remembered between requests."""
