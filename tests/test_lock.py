"""The pins with hashes: versions of the constraints, for all that is declared, and no place to get them from."""

import re
import tomllib
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.running import ROOT

PIN = re.compile(r"(?P<requirement>[^\s\\]+==[^\\]+?) \\\n(?P<hashes>(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def locked() -> dict[str, Requirement]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = list(PIN.finditer(text))
    rest = [line for line in PIN.sub("", text).splitlines() if not line.startswith("#")]
    assert rest == []  # so that nothing stands there without a hash, and no option names a host
    return {canonicalize_name(found.name): found for found in map(Requirement, (pin["requirement"] for pin in pins))}


def constrained() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): f"=={version}" for name, version in pins}


def needed() -> set[str]:
    """What an installation without extras consists of here, by the metadata of what is installed."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        waiting = [*map(Requirement, tomllib.load(file)["project"]["dependencies"])]
    found: set[tuple[str, str]] = set()
    while waiting:
        one = waiting.pop()
        for extra in ("", *one.extras):
            if (key := (canonicalize_name(one.name), extra)) not in found:
                found.add(key)
                more = map(Requirement, metadata.requires(one.name) or ())
                waiting += [other for other in more if other.marker is None or other.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


def test_the_lock_holds_all_that_is_declared_and_nothing_else() -> None:
    assert needed() == {name for name, pin in locked().items() if pin.marker is None or pin.marker.evaluate()}


def test_lock_and_constraints_agree() -> None:
    versions = constrained()
    assert needed() <= versions.keys()
    pins = {name: str(pin.specifier) for name, pin in locked().items() if name in versions}
    assert pins == {name: versions[name] for name in pins}


def test_the_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")
