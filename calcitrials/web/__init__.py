"""The page: what a clinician sees of the catalogue in a browser. Forms first; it works without JavaScript."""
