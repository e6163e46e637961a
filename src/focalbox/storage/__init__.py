"""Bytes in and out: local folders and fsspec, with limits, retries and writing by rename."""
