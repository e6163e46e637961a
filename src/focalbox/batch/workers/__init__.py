"""Who does the work of a batch: processes of this machine, or a Ray cluster."""
