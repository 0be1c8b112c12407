"""How the page is served: where the catalogue lies, who may come in, and how much at once."""

import ipaddress
import os
import re
from pathlib import Path

import msgspec

from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.watches import DATA_FOLDER

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
SHORTEST_TOKEN = 20
"""Characters of a token, so that nobody guesses it."""
_ORIGIN = re.compile(r"https?://[^/\s]+", re.I)
_ENVIRONMENT = "CALCITRIALS_SERVE"


class Settings(msgspec.Struct, frozen=True):
    """What the processes that serve are told.

    catalog: folder of the catalogue. data: folder for what visitors leave (ciphertext of shared notes, watches). hosts:
    names by which browsers may call the page. origins: sites whose pages may ask what programs ask. token: what
    visitors must know, None on loopback. requests_per_minute: of one address, to each
    process.
    """

    catalog: str
    data: str
    hosts: tuple[str, ...] = LOOPBACK_NAMES
    origins: tuple[str, ...] = ()
    token: str | None = None
    requests_per_minute: int = 6000

    @property
    def is_public(self) -> bool:
        """Whether others than this machine may come: then behind TLS and with the token alone."""
        return self.token is not None


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches an address."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def settings_for(
    catalog: Path,
    host: str,
    names: tuple[str, ...],
    token: str | None,
    data: Path | None,
    origins: tuple[str, ...] = (),
) -> Settings:
    """Settings for an address to listen on. Raises CommandError where an address would be open to others unguarded."""
    if wrong := [one for one in origins if not _ORIGIN.fullmatch(one)]:
        raise CommandError(f"{wrong[0]!r} is no origin: write https://name, without a path", WRONG_USAGE)
    sites = tuple(one.lower() for one in origins)
    folder = str((data or catalog / DATA_FOLDER).resolve())
    if is_loopback(host) and not names and token is None:
        return Settings(str(catalog.resolve()), folder, origins=sites)
    if token is None or len(token) < SHORTEST_TOKEN:
        raise CommandError(
            f"{host} can be reached by others: set CALCITRIALS_TOKEN to at least {SHORTEST_TOKEN} characters that "
            "visitors must know, and put a proxy with TLS in front that sets X-Forwarded-Proto",
            WRONG_USAGE,
        )
    if not names:
        raise CommandError(
            "say with --name by which name browsers call the page; other names are refused (DNS rebinding)", WRONG_USAGE
        )
    return Settings(
        str(catalog.resolve()), folder, tuple(name.lower() for name in names), origins=sites, token=token
    )  # fmt: skip


def hand_over(settings: Settings) -> None:
    """Put settings where the processes that serve find them."""
    os.environ[_ENVIRONMENT] = msgspec.json.encode(settings).decode()


def handed_over() -> Settings:
    """The settings that the process which started this one has put there."""
    return msgspec.json.decode(os.environ[_ENVIRONMENT], type=Settings)
