"""The languages of the page: one catalogue file each, read when the page starts. Adding a file adds the language."""

import datetime as dt
import gettext
from collections.abc import Callable
from functools import cached_property
from importlib.resources import files

import pycountry
from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from starlette.requests import Request

from calcitrials.web.sentences import Sentences

ENGLISH = "en"
LANGUAGE_COOKIE = "calcitrials-language"


class Language:
    """A language of the page: its words, dates, numbers and names of countries.

    code: of ISO 639. The texts of the program are English, so English needs no catalogue.
    """

    def __init__(self, code: str, catalog: Catalog | None = None) -> None:
        self.code = code
        self.locale = Locale.parse(code)
        self.catalog = catalog or Catalog(locale=code)
        self._words: dict[str, str | tuple[str, ...]] = {
            (one.id[0] if isinstance(one.id, tuple | list) else one.id): (
                tuple(one.string) if isinstance(one.string, tuple | list) else one.string
            )
            for one in self.catalog
            if one.id and one.string and "fuzzy" not in one.flags
        }
        self._plural: Callable[[int], int] = gettext.c2py(self.catalog.plural_expr)
        self.sentences = Sentences({key: text for key, text in self._words.items() if isinstance(text, str)})

    @cached_property
    def name(self) -> str:
        """The language's name in the language."""
        return (self.locale.display_name or self.code).capitalize()

    def gettext(self, text: str) -> str:
        """A text of the program in this language."""
        found = self._words.get(text)
        return found if isinstance(found, str) else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """A text that depends on a number."""
        found = self._words.get(one)
        if isinstance(found, tuple):
            return found[min(int(self._plural(count)), len(found) - 1)] or many
        return one if count == 1 else many

    def said(self, sentence: str) -> str:
        """A sentence that the program has made of parts, such as a reason."""
        return self.sentences.translated(sentence)

    def whole(self, text: str) -> str:
        """A text that may be the program's or a registry's: the program's own in this language."""
        return self.sentences.whole(text)

    def spoken(self, text: str) -> str:
        """A text of the program, or the name of a country, in this language; any other as it is."""
        found = self._words.get(text)
        return found if isinstance(found, str) else text if self.code == ENGLISH else self.country(text)

    def date(self, day: dt.date | dt.datetime | str | None) -> str:
        """A day as people write it; a text that is no day as it is."""
        if isinstance(day, str):
            try:
                day = dt.date.fromisoformat(day[:10])
            except ValueError:
                return str(day)
        return format_date(day, "d MMM y", locale=self.locale) if day else ""

    def number(self, number: float) -> str:
        """A number as people write it."""
        if isinstance(number, int) and 0 <= number < 1000:  # most are, and Babel takes its time
            return str(number)
        return format_decimal(number, locale=self.locale)

    def country(self, english: str) -> str:
        """A country's name; one that is not known as it is."""
        code = _codes().get(english.lower())
        return self.locale.territories.get(code, english) if code else english


_COUNTRY_CODES: dict[str, str] = {}


def _codes() -> dict[str, str]:
    if not _COUNTRY_CODES:
        for country in pycountry.countries:
            for name in (country.name, getattr(country, "common_name", country.name)):
                _COUNTRY_CODES[name.lower()] = country.alpha_2
    return _COUNTRY_CODES


def country_code(english: str) -> str | None:
    """Code of two letters of a country's English name."""
    return _codes().get(english.lower())


def read_languages() -> dict[str, Language]:
    """English, and every language that has a file."""
    found = {ENGLISH: Language(ENGLISH)}
    for path in sorted(files("calcitrials.web").joinpath("locale").iterdir(), key=lambda one: one.name):
        code, _, ending = path.name.rpartition(".")
        if ending == "po":
            with path.open("rb") as file:
                found[code] = Language(code, read_po(file, locale=code))
    return found


def language_of(request: Request, known: dict[str, Language]) -> Language:
    """The language that a visitor has chosen, else the first that their browser asks for and the page speaks."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in known:
        return known[chosen]
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            wanted.append((-float(quality or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((known[name] for _, name in sorted(wanted, key=lambda one: one[0]) if name in known), known[ENGLISH])
