"""The texts of the page that a catalogue of a language has: those of the templates and the marked ones of the code."""

from importlib.resources import files

from babel.messages.extract import extract


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
    return list(found)
