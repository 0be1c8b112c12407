"""Payloads are kept for as long as the operator says, so that the disk levels off."""

import datetime as dt
from pathlib import Path

from db.archive import ArchiveWriter, drop_archives
from db.payload import Payload
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.running import calcitrials, crawl, rows

KEPT_DAYS = 20


def of_day(payloads: Path, day: int) -> dt.datetime:
    """Archives of two registries from a crawl on a day; when it began."""
    began = dt.datetime(2026, 1, 1, 3, 15, tzinfo=dt.UTC) + dt.timedelta(days=day)
    for registry in ("ctgov", "isrctn"):
        archive = ArchiveWriter(payloads, registry, f"{began:%Y%m%dT%H%M%SZ}-abcdef")
        archive.append(Payload(registry, "https://registry.example/1", began, b"x" * 1000))
        archive.close()
    return began


def test_over_sixty_days_the_disk_levels_off(tmp_path: Path) -> None:
    (tmp_path / "ctgov").mkdir()
    (tmp_path / "ctgov" / "notes.txt").write_text("not ours")
    sizes = []
    for day in range(60):
        now = of_day(tmp_path, day)
        drop_archives(tmp_path, now - dt.timedelta(days=KEPT_DAYS))
        sizes.append(sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()))
    assert sizes[: KEPT_DAYS + 1] == sorted(set(sizes[: KEPT_DAYS + 1]))
    assert max(sizes[KEPT_DAYS:]) - min(sizes[KEPT_DAYS:]) < 20  # times of different length, compressed
    assert len(list(tmp_path.glob("*/*.zst"))) == 2 * (KEPT_DAYS + 1)
    assert (tmp_path / "ctgov" / "notes.txt").exists()


def test_a_crawl_drops_what_is_older_once_it_has_published(sample_url: str, tmp_path: Path) -> None:
    old = "20250101T031500Z-abcdef.ndjson.zst"
    assert crawl(tmp_path, sample_url, "--id", ANCHOR).status == 0
    (archived,) = (tmp_path / "payloads" / "ctgov").iterdir()
    archived.rename(archived.with_name(old))
    assert crawl(tmp_path, sample_url, "--id", ANCHOR).status == 0
    assert (tmp_path / "payloads" / "ctgov" / old).exists()  # for good when nothing is said
    run = crawl(tmp_path, sample_url, "--all", "--keep-payloads", "30")
    assert run.status == 0
    assert "payloads of 1 older crawls are dropped" in run.err
    assert not (tmp_path / "payloads" / "ctgov" / old).exists()
    assert rows(tmp_path, "SELECT count(*) FROM trials") == [(len(BUNDLED_IDS),)]
    assert calcitrials("reread", "--catalog", tmp_path).status == 0
