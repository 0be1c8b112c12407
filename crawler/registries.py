"""The registries that there are: one for each spider of crawler.spiders, and the platform whose files are imported."""

import os
from functools import cache

from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import ENVVAR

from crawler.registry_spider import RegistrySpider
from db.registries import Registry

ICTRP = Registry(
    "ictrp",
    "WHO International Clinical Trials Registry Platform, copies of the primary registries' records (use with "
    "attribution, not for resale); each registry's own terms hold as well",
)
"""Its files are imported, not crawled."""


@cache
def spiders() -> dict[str, type[RegistrySpider]]:
    """The spiders of crawler.spiders by the name of their registry, sorted."""
    os.environ.pop(ENVVAR, None)
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["crawler.spiders"]}))
    loaded = {name: loader.load(name) for name in sorted(loader.list())}
    return {name: spider for name, spider in loaded.items() if issubclass(spider, RegistrySpider)}


def registries() -> list[Registry]:
    """What the catalogue keeps of each registry."""
    return [*(Registry(name, spider.terms, spider.study_rank) for name, spider in spiders().items()), ICTRP]
