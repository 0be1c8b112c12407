"""Scrapy's unsafe defaults are corrected, for the command line and for a bare ``scrapy crawl`` alike."""

import asyncio
from pathlib import Path

import pytest
import scrapy
from scrapy.crawler import Crawler
from scrapy.settings import Settings

from calcitrials.crawling import spider_settings
from crawler.registries import spiders
from crawler.registry_spider import RegistrySpider
from tests.support.running import ROOT, environment
from tests.support.running import scrapy as run_scrapy

ASKED_BY_ID_ALONE = {"drks": "DRKS00038775", "listing": "https://listing.example/trials/1"}
"""Registries without a list of their own: their records are named by the user or by other records."""


def by_the_command_line() -> Settings:
    return spider_settings(delay_s=None)


def by_scrapy_cfg() -> Settings:
    assert (ROOT / "scrapy.cfg").is_file()
    settings = Settings()
    settings.setmodule("crawler.settings", priority="project")
    return settings


@pytest.fixture(params=[by_the_command_line, by_scrapy_cfg])
def settings(request: pytest.FixtureRequest) -> Settings:
    made: Settings = request.param()
    return made


def test_nobody_steers_a_running_crawl_from_outside(settings: Settings) -> None:
    assert settings.getbool("REMOTE_CONTROL_ENABLED") is False
    assert settings.getbool("TELNETCONSOLE_ENABLED") is False


def test_certificates_are_verified(settings: Settings) -> None:
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES") is True


def test_manners(settings: Settings) -> None:
    assert settings.getbool("ROBOTSTXT_OBEY") is True
    assert settings.getfloat("DOWNLOAD_DELAY") >= 1
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert settings["USER_AGENT"].startswith("calcitrials/")
    assert "contact" in settings["USER_AGENT"]
    assert settings.getfloat("DOWNLOAD_TIMEOUT") == 60


def test_scrapy_cfg_names_these_settings(tmp_path: Path) -> None:
    run = run_scrapy("settings", "--get", "REMOTE_CONTROL_ENABLED", env=environment())
    assert (run.status, run.out.strip()) == (0, "False")
    run = run_scrapy("settings", "--getfloat", "DOWNLOAD_TIMEOUT", env=environment(CALCITRIALS_TIMEOUT_S="2.5"))
    assert run.out.strip() == "2.5"


def test_every_registry_has_a_spider_with_a_first_request() -> None:
    async def first(spider: RegistrySpider) -> object:
        async for found in spider.start():
            return found
        return None

    known = spiders()
    assert "ctgov" in known
    for name, spider in known.items():
        made = spider.from_crawler(Crawler(spider, spider_settings()), id=ASKED_BY_ID_ALONE.get(name, ()))
        found = asyncio.run(first(made))
        assert isinstance(found, scrapy.Request), name
        assert found.url.startswith(("http://", "https://")), name
        assert found.errback is not None, name
