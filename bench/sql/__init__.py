"""How long an analyst waits: the documented questions, beside the same on SQLite."""
