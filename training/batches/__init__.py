"""The batches of the training: rows drawn, views cut, text written, colours changed."""
