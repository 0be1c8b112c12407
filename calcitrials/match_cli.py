"""The command ``match``; what it does lies in `calcitrials.matching`."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.completion import statuses, trial_ids
from calcitrials.errors import FAILED, WRONG_USAGE, CommandError
from calcitrials.rows import MatchFormat, console_for
from calcitrials.shared_options import DEFAULT_CATALOG, CatalogOption
from calcitrials.text_input import STDIN, text_of
from db.catalogue import Catalogue


def match(
    diagnosis: Annotated[
        list[str] | None, typer.Argument(help="Diagnoses: free text, abbreviations, codes, or FHIR JSON; - is stdin.")
    ] = None,
    file: Annotated[str | None, typer.Option(help="Read the diagnosis from this file; - is stdin.")] = None,
    batch: Annotated[
        str | None,
        typer.Option(
            help='JSON lines in ({"id", "query", "patient"?: {"age", "sex", "country"}}), one result object '
            "a line out; - is stdin."
        ),
    ] = None,
    age: Annotated[str | None, typer.Option(help="Age of the patient: 45y, 18m, 6w, 10d.")] = None,
    sex: Annotated[str | None, typer.Option(help="Sex of the patient: female or male.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the patient.")] = None,
    near: Annotated[str | None, typer.Option(help="Where the patient is: a town, or 'LAT,LON'.")] = None,
    within: Annotated[
        float | None, typer.Option(min=0, help="Most km to the nearest site; farther trials are ruled out.")
    ] = None,
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only trials of this recruitment status; may be repeated.", autocompletion=statuses),
    ] = None,
    recruiting: Annotated[
        bool, typer.Option("--recruiting", help="Only trials that are open or about to open.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most trials to show.")] = 20,
    format: Annotated[
        MatchFormat, typer.Option(help="How to print; fhir is a Bundle of ResearchStudy (R4).")
    ] = MatchFormat.TABLE,
    explain: Annotated[
        str | None, typer.Option(help="Say why this trial is suggested, or why not.", autocompletion=trial_ids)
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes that share a long --batch. Default: the processors, or 1 with stdin."),
    ] = None,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Find trials for a diagnosis, with reasons. Nothing you type is stored, logged, or sent anywhere."""
    from calcitrials import output
    from calcitrials.matching import MatchJob
    from calcitrials.patient_options import patient_of, place_of
    from db.vocabularies import OPEN_STATUSES

    wanted = _statuses([*(status or []), *(OPEN_STATUSES if recruiting else ())])
    if batch is not None:
        if diagnosis or file:
            raise CommandError("--batch takes its diagnoses from its own file", WRONG_USAGE)
        _match_batch(Catalogue(catalog), batch, wanted, limit, workers)
        return
    diagnoses = [text_of(one) if one == STDIN else one for one in diagnosis or ()] + ([text_of(file)] if file else [])
    if not diagnoses:
        raise CommandError("say a diagnosis, or --file, or --batch", WRONG_USAGE)
    patient = patient_of(age, sex, country)
    gc.disable()  # this process answers once and ends: a fifth of its time would go into looking for garbage
    job, place = MatchJob(Catalogue(catalog)), place_of(near, within)
    if format is MatchFormat.FHIR:
        output.print_json(job.match_as_fhir(diagnoses, patient, wanted, limit, place))
        return
    answer = job.match(diagnoses, patient, wanted, limit, explain, place)
    if format is MatchFormat.JSON:
        output.print_json(answer)
    elif format is MatchFormat.CSV:
        output.print_matches_as_csv(answer)
    elif explain is not None:
        output.print_explanation(answer, console_for(sys.stdout))
    else:
        output.print_matches(answer, console_for(sys.stdout))


def _statuses(words: list[str]) -> list[str]:
    from db.vocabularies import Status

    known = [status.value for status in Status]
    statuses = [word.strip().lower().replace(" ", "_").replace("-", "_") for word in words]
    for word in statuses:
        if word not in known:
            raise CommandError(f"unknown status {word!r}: known are {', '.join(known)}", WRONG_USAGE)
    return statuses


def _match_batch(catalogue: Catalogue, file: str, statuses: list[str], limit: int, workers: int | None) -> None:
    from calcitrials.matching import Options, answer_batch
    from matcher.batch.processes import cores

    failed = 0
    workers = workers or (1 if file == "-" else cores())  # who writes into a pipe may wait for each answer
    try:
        with sys.stdin.buffer if file == "-" else Path(file).open("rb") as lines:
            for answer in answer_batch(catalogue, lines, Options(statuses, limit), workers):
                failed += answer.failed
                sys.stdout.buffer.write(answer.text + b"\n")
                if file == "-":
                    sys.stdout.flush()
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}", WRONG_USAGE) from None
    if failed:
        raise CommandError(f'{failed} lines could not be answered; each says why in "error"', FAILED)
