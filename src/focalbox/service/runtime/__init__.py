"""Parts that any service needs: pool, cache by bytes, single flight, metrics."""
