"""Telling what watches saw: messages in a folder that a mail program empties, and a webhook.

Both are told once of each entry. Where a run dies between telling and marking, the next one tells it again under the
same number (Message-ID, Idempotency-Key), by which the receiver knows it.
"""

import json
import logging
import os
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import msgspec
from filelock import FileLock

from calcitrials.watches import DATA_FOLDER, Entry, Watch, Watched, WatchFile
from db.catalogue import Catalogue
from db.whole_file import whole_file
from matcher import Matcher

logger = logging.getLogger(__name__)

MAIL_VARIABLE, MAIL_TO_VARIABLE, WEBHOOK_VARIABLE = (
    "CALCITRIALS_WATCH_MAIL", "CALCITRIALS_WATCH_MAIL_TO", "CALCITRIALS_WATCH_WEBHOOK",
)  # fmt: skip
LONGEST_S = 10.0
"""How long a webhook may take."""


def tell_watches(catalogue: Catalogue) -> None:
    """After a crawl: write down what the publication brings to the watches, and deliver it."""
    file = WatchFile(Path(os.environ.get("CALCITRIALS_PAGE_DATA") or catalogue.root / DATA_FOLDER))
    snapshot = catalogue.published
    if snapshot is None or not file.path.exists():
        return
    with catalogue.connect() as connection:
        look_and_deliver(file, Watched(Matcher.open(connection)), snapshot.stem)


def look_and_deliver(file: WatchFile, watched: Watched, snapshot: str) -> None:
    """Write down what a snapshot brings to the watches, and deliver what is not delivered yet."""
    if made := file.look(watched, snapshot):
        logger.info("watches: %d new entries", made)
    if ways := channels():
        with FileLock(file.path.with_suffix(".lock")):  # or two processes would tell the same at a time
            for channel, deliver in ways.items():
                _deliver(file, channel, deliver)


def _deliver(file: WatchFile, channel: str, deliver: Callable[[Watch, Entry], None]) -> None:
    """Tell a channel what it has not been told, until it refuses."""
    for watch, entry in file.undelivered(channel):
        try:
            deliver(watch, entry)
        except (OSError, ValueError) as error:
            logger.warning("watches: %s cannot be told now, the next crawl tries again: %s", channel, error)
            return
        file.mark_delivered(entry, channel)


def channels() -> dict[str, Callable[[Watch, Entry], None]]:
    """The ways of telling that are set up, by their names."""
    found: dict[str, Callable[[Watch, Entry], None]] = {}
    if folder := os.environ.get(MAIL_VARIABLE):
        found["mail"] = lambda watch, entry: drop_mail(Path(folder), watch, entry)
    if address := os.environ.get(WEBHOOK_VARIABLE):
        found["webhook"] = lambda watch, entry: call_webhook(address, watch, entry)
    return found


def drop_mail(folder: Path, watch: Watch, entry: Entry) -> None:
    """Lay a message into a folder, whole or not at all. Raises OSError."""
    message = EmailMessage()
    message["Subject"] = f"{entry.kind.capitalize()} trial for {watch.label}: {entry.trial_id}"
    message["From"] = "calcitrials@localhost"
    message["To"] = os.environ.get(MAIL_TO_VARIABLE) or "calcitrials@localhost"
    message["Message-ID"] = f"<{entry.number}.{watch.id}@calcitrials>"
    status = entry.status.replace("_", " ")
    message.set_content(f"{entry.title}\n{entry.trial_id}, {status}, seen {entry.at}\n\nRegistry data, not advice.\n")
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(folder / f"watch-{entry.number:08d}.eml") as draft:
        draft.write_bytes(message.as_bytes())


def call_webhook(address: str, watch: Watch, entry: Entry) -> None:
    """Post an entry as JSON. Raises OSError when it is not accepted, ValueError when that is no web address."""
    if not address.startswith(("https://", "http://")):
        raise ValueError(f"{address!r} is no web address")
    told = {"watch": {"label": watch.label, "country": watch.country}, "entry": msgspec.structs.asdict(entry)}
    told["entry"].pop("watch")  # whoever knows the id of a watch can delete it
    headers = {"content-type": "application/json", "idempotency-key": f"calcitrials-{entry.number}"}
    request = urllib.request.Request(address, json.dumps(told).encode(), headers)
    with urllib.request.urlopen(request, timeout=LONGEST_S):
        pass
