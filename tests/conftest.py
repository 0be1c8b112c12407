"""What several test modules share. One sample registry serves a whole test process: it never changes."""

import os
from collections.abc import Iterator

import pytest

from crawler.samples.server import serve

os.environ["CALCITRIALS_DENSE_MODEL"] = "off"  # what a test expects depends on no extra, unless it says so


@pytest.fixture(scope="session")
def sample_url() -> Iterator[str]:
    """Base address of the bundled ClinicalTrials.gov stand-in."""
    with serve("ctgov") as urls:
        yield urls["ctgov"]
