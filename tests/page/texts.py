"""The texts of the page that a catalogue of a language has: those of the templates and the marked ones of the code."""

from importlib.resources import files
from itertools import chain

from babel.messages.extract import extract

from calcitrials.trial_view import words
from calcitrials.trial_view.vocabularies import CODES
from db.tables import CHILD_TABLES, TABLES, TRIALS


def texts() -> list[str]:
    """Every text, of those that depend on a number the one for one."""
    found: dict[str, None] = {}
    room = files("calcitrials.web")
    for template in room.joinpath("templates").iterdir():
        with template.open("rb") as file:
            for _, message, _, _ in extract("jinja2.ext:babel_extract", file, options={"trimmed": "false"}):
                found[message if isinstance(message, str) else message[0]] = None
    for module in room.iterdir():
        if module.name.endswith(".py"):
            with module.open("rb") as file:
                for _, message, _, _ in extract("python", file, keywords={"N_": None}):
                    found[str(message)] = None
    for module in files("calcitrials.trial_view").iterdir():
        if module.name.endswith(".py"):
            with module.open("rb") as file:
                for _, message, _, _ in extract("python", file, keywords={"say": None}):
                    found[str(message)] = None
    return list(found | dict.fromkeys(map(words.english, chain(*CODES.values()))) | dict.fromkeys(_composed()))


def _composed() -> list[str]:
    """Texts that are put together of a word and what is counted, done or changed."""
    counted = ("participant", "site", "year", "month", "week", "day", "further outcome")
    columns = [column.name for table in TABLES if table.name == TRIALS for column in table.columns]
    changed = [words.field(name) for name in (*columns, *(table.field for table in CHILD_TABLES))]
    studies = [f"{words.english(kind)} study" for kind in CODES["study_type"]]
    sites = [f"{{country}}: {{n}} {one}" for one in ("site, closed", "sites, none open", "site, open", "sites, open")]
    sites += ["{country}: {n} site", "{country}: {n} sites"]
    return [*sites, *(f"{{n}} {one}" for name in counted for one in (name, f"{name}s")), *changed, *studies]
