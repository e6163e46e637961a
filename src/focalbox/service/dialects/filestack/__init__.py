"""Filestack's addresses: the grammar, the tasks, what they mean together, and policies."""
