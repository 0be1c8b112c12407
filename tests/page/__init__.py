"""The page, asked as browsers ask it."""
