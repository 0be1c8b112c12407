"""The registry's own record of a trial, as ``show --raw`` prints it."""

import sys

from calcitrials.errors import CommandError
from calcitrials.trial_view import find_trial
from crawler.raw import find_payload, own_bytes
from db.catalogue import Catalogue


def print_raw(catalogue: Catalogue, text: str) -> None:
    """Write the bytes that the registry sent of one trial to stdout, JSON, XML, HTML or text as it was.

    Raises CommandError where they are not archived.
    """
    with catalogue.connect() as connection:
        trial_id = find_trial(connection, text)
        ((source, url, fetched_at, digest),) = connection.execute(
            "SELECT coalesce(via, registry), source_url, fetched_at, payload_sha256 FROM trials WHERE trial_id = ?",
            [trial_id],
        ).fetchall()
    payload = find_payload(catalogue.payloads, source, url, fetched_at)
    if payload is None:
        raise CommandError(
            f"what {source} said of {trial_id} is not archived in {catalogue.payloads}: it came from {url} "
            f"on {fetched_at:%Y-%m-%d}"
        )
    sys.stdout.buffer.write(own_bytes(payload, digest))
    sys.stdout.buffer.flush()
