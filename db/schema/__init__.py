"""The SQL of the catalogue; see db.catalogue for how it is run."""
