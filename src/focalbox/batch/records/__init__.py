"""What a batch writes down: the manifest and the ledger behind it."""
