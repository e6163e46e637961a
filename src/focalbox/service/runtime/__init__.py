"""Parts that any service needs: pool, cache, single flight, memory budget, metrics, traces."""
