"""What serves any service: pool, cache by bytes, single flight, metrics."""
