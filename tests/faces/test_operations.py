"""What docs/operations.md tells operators, done: backup, restore, downgrade, uninstall; and that a release is cut."""

import re
import shutil
import tomllib
from pathlib import Path

import duckdb

from calcitrials.kept_file import opened
from db.catalogue import Catalogue
from tests.support.ctgov_answers import ANCHOR, BUNDLED_IDS
from tests.support.running import ROOT, calcitrials, crawl, environment, trial_ids


def test_a_backup_is_restored_and_goes_on_from_there(sample_url: str, tmp_path: Path) -> None:
    catalog, backup = tmp_path / "catalog", tmp_path / "backup"
    assert crawl(catalog, sample_url, "--condition", "calcinosis").status == 0
    known = trial_ids(catalog)
    shutil.copytree(catalog, backup, symlinks=True)
    shutil.rmtree(catalog)
    shutil.copytree(backup, catalog, symlinks=True)
    assert trial_ids(catalog) == known
    again = crawl(catalog, sample_url, "--condition", "calcinosis", "--since", "last")
    assert again.status == 0
    assert "no complete crawl of this question yet" not in again.err
    assert trial_ids(catalog) == known
    assert calcitrials("reread", "--catalog", catalog).status == 0


def test_a_snapshot_alone_is_a_backup(sample_url: str, tmp_path: Path) -> None:
    catalog, restored = tmp_path / "catalog", tmp_path / "restored"
    assert crawl(catalog, sample_url, "--all").status == 0
    snapshot = Catalogue(catalog).current.resolve()
    (restored / "snapshots").mkdir(parents=True)
    shutil.copyfile(snapshot, restored / "snapshots" / snapshot.name)
    (restored / "current.duckdb").symlink_to(Path("snapshots") / snapshot.name)
    found = calcitrials("match", "iPPSD2", "--catalog", restored)
    assert ANCHOR in found.out
    again = crawl(restored, sample_url, "--all", "--since", "last")
    assert again.status == 0
    assert "no complete crawl of this question yet" not in again.err
    assert trial_ids(restored) == set(BUNDLED_IDS)


def test_a_catalogue_of_a_later_version_is_refused_and_stays_as_it_was(sample_url: str, tmp_path: Path) -> None:
    assert crawl(tmp_path, sample_url, "--id", ANCHOR).status == 0
    for database in (Catalogue(tmp_path).current.resolve(), tmp_path / "writer.duckdb"):
        if database.exists():
            with duckdb.connect(str(database)) as connection:
                connection.execute("UPDATE catalogue_info SET value = '999' WHERE key = 'schema_version'")
    published = Catalogue(tmp_path).current.resolve()
    before = published.read_bytes()
    run = crawl(tmp_path, sample_url, "--id", ANCHOR)
    assert run.status == 1
    assert "999" in run.error
    assert re.search(r"another folder|backup", run.error)  # the way out
    assert Catalogue(tmp_path).current.resolve() == published
    assert published.read_bytes() == before


def test_nothing_is_left_outside_catalogue_and_cache(sample_url: str, tmp_path: Path) -> None:
    home, catalog, work = tmp_path / "home", tmp_path / "catalog", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    env = environment({"ctgov": sample_url}, HOME=str(home), TMPDIR=str(work))
    run = calcitrials("crawl", "ctgov", "--all", "--delay", "0", "--catalog", catalog, env=env, cwd=work)
    assert run.status == 0, run.err
    assert calcitrials("match", "calcinosis", "--catalog", catalog, env=env, cwd=work).status == 0
    left = [path.relative_to(home) for path in home.rglob("*") if path.is_file()]
    assert [path for path in left if path.parts[:2] != (".cache", "calcitrials")] == []
    assert list(work.iterdir()) == []


def test_the_release_is_dated_and_its_tag_said() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)\n\n.*`v(\S+)`", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert newest is not None
    assert (newest[1], newest[3]) == (version, version)


def test_the_container_runs_as_nobody_in_particular_with_one_volume() -> None:
    lines = (ROOT / "Containerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("VOLUME")] == ["VOLUME /data"]
    assert lines.index("USER 10001") > max(n for n, line in enumerate(lines) if line.startswith("RUN"))
    assert any("calcitrials" in line and "serve" in line for line in lines if line.startswith("CMD"))


def test_everything_stored_can_be_read_through(sample_url: str, tmp_path: Path) -> None:
    catalog, cache = tmp_path / "catalog", tmp_path / "cache"
    assert crawl(catalog, sample_url, "--all").status == 0
    with opened(catalog / "page" / "watches.sqlite", "CREATE TABLE IF NOT EXISTS rows (text TEXT)") as file:
        file.execute("INSERT INTO rows VALUES ('watched')")
    env = environment(CALCITRIALS_CACHE=str(cache))
    assert calcitrials("status", "--verify", "--catalog", catalog, env=env).status == 0

    snapshot = Catalogue(catalog).current.resolve()
    (payloads,) = catalog.glob("payloads/ctgov/*")
    rows = next(snapshot.with_suffix(".index").glob("trials-*/rows.npy"))
    watches = catalog / "page" / "watches.sqlite"
    for path, at in ((snapshot, snapshot.stat().st_size // 2), (payloads, 500), (rows, 200), (watches, 99)):
        content = bytearray(path.read_bytes())
        content[at] ^= 1
        path.write_bytes(content)
    run = calcitrials("status", "--verify", "--catalog", catalog, env=env)
    assert run.status == 1
    assert f"{snapshot} is damaged" in run.error
    assert f"{rows.parent} was damaged and is removed" in run.error
    assert f"a payload of ctgov is damaged ({payloads.name}, byte 0" in run.error
    assert "watches.sqlite is damaged" in run.error
    assert not rows.exists()
