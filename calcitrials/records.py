"""Single records as the command ``show`` prints them."""

from rich.console import Console

from calcitrials.output import Format, print_json, print_rows
from calcitrials.trial_text import print_view
from calcitrials.trial_view import find_trial, trial_record, trial_view
from db.catalogue import Catalogue


def print_trial(catalogue: Catalogue, text: str, form: Format) -> None:
    """Print one trial: for a person what a person asks for, for programs everything. Raises CommandError."""
    with catalogue.connect() as connection:
        trial_id = find_trial(connection, text)
        if form is Format.TABLE:
            print_view(trial_view(connection, trial_id), Console(highlight=False))
            return
        record = trial_record(connection, trial_id)
    if form is Format.JSON:
        print_json(record)
    else:
        print_rows(tuple(record), [tuple(record.values())], form)
