"""Where a window goes: all candidates, the score that chooses among them, and how sure the choice is."""
