"""The error of a crawl's arguments; apart from the spiders, so that naming it imports no Scrapy."""


class ArgumentError(ValueError):
    """An argument that a registry's spider cannot take, in one sentence for the user."""
