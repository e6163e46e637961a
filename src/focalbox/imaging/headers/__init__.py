"""What a file's bytes say of the picture beside its pixels."""
