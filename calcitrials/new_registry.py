"""The commands of whoever adds a registry: files to fill in, and the records expected of fixtures."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import WRONG_USAGE, CommandError

FILES = {
    "spider.py.txt": "crawler/spiders/{name}.py",
    "reader.py.txt": "crawler/readers/{name}.py",
    "payload.json.txt": "tests/fixtures/{name}/one/payload.json",
    "test.py.txt": "tests/crawler/test_spider_{name}.py",
}
"""Where each file of crawler/templates goes."""
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")


def new_registry(
    name: Annotated[str, typer.Argument(help="Short name of the registry: lower-case letters and digits.")],
    into: Annotated[Path, typer.Option(help="Folder of the source code.")] = Path(),
) -> None:
    """Write the files of a new registry, to be filled in: spider, reader, fixture and test.

    They work as they stand, for a registry of JSON over HTTP; what each registry has of its own is marked FILL IN.
    docs/new-registry.md goes through them.
    """
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name!r} is no name of a registry: lower-case letters and digits", WRONG_USAGE)
    if not (into / "crawler/spiders").is_dir() or not (into / "tests/fixtures").is_dir():
        raise CommandError(f"{into.resolve()} is no folder of the source code: see --into", WRONG_USAGE)
    targets = {template: into / path.format(name=name) for template, path in FILES.items()}
    for path in targets.values():
        if path.exists():
            raise CommandError(f"{path} is there already: nothing is written", WRONG_USAGE)
    for template, path in targets.items():
        text = files("crawler.templates").joinpath(template).read_text(encoding="utf-8")
        for placeholder, value in (("CLASS", name.capitalize()), ("PREFIX", name.upper()), ("NAME", name)):
            text = text.replace(placeholder, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path)


def record_expected(
    folder: Annotated[Path, typer.Argument(help="A case of tests/fixtures, a registry's cases, or all of them.")],
) -> None:
    """Write what the readers make of fixtures into their expected.json, to be looked through before it is committed."""
    from crawler.fixtures import EXPECTED, cases, record_case

    found = cases(folder)
    if not found:
        raise CommandError(f"there is no payload.* in {folder}", WRONG_USAGE)
    for case in found:
        print(f"{case / EXPECTED}: {'written' if record_case(case) else 'as before'}")
