"""The records of a batch: the manifest and the ledger behind it."""
