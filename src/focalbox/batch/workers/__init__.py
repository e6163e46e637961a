"""The workers of a batch: processes of this machine, or a Ray cluster."""
