"""The page under load, while a crawl publishes."""
