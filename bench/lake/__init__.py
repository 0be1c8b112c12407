"""A DuckLake with its catalogue in PostgreSQL, written and read by many processes at once."""
