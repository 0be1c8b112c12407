"""The command ``screen``; what it does lies in `calcitrials.screening`."""

from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.output import Format
from calcitrials.text_input import text_of
from db.catalogue import Catalogue


def screen(
    trial: Annotated[str, typer.Argument(help="Id of a trial, or another number of it.")],
    diagnosis: Annotated[
        list[str] | None,
        typer.Option(help="Diagnosis of the patient: free text, codes, or FHIR JSON; may be repeated."),
    ] = None,
    file: Annotated[str | None, typer.Option(help="Read the diagnosis from this file; - is stdin.")] = None,
    age: Annotated[str | None, typer.Option(help="Age of the patient: 45y, 18m, 6w, 10d.")] = None,
    sex: Annotated[str | None, typer.Option(help="Sex of the patient: female or male.")] = None,
    country: Annotated[str | None, typer.Option(help="Country of the patient.")] = None,
    near: Annotated[str | None, typer.Option(help="Where the patient is: a town, or 'LAT,LON'.")] = None,
    within: Annotated[float | None, typer.Option(min=0, help="Most km to the nearest site.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Your own file of answers: read, and written with the criteria that are open.")
    ] = None,
    answer: Annotated[
        list[str] | None, typer.Option(help="NUMBER=yes, NUMBER=no or NUMBER='not sure'; may be repeated.")
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="Forget the answers to this trial in --answers first.")
    ] = False,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    catalog: Annotated[
        Path, typer.Option("--catalog", envvar="CALCITRIALS_CATALOG", help="Folder of the catalogue.")
    ] = Path("catalog"),
) -> None:
    """Check one trial's limits and criteria against a patient: what excludes, what is met, what to ask next.

    A criterion is answered where what you say of the patient settles all of it. The verdict is excluded, possible or
    unknown. Nothing of the patient is stored but your answers, in the file that you name.
    """
    from calcitrials.patient_options import patient_of, place_of
    from calcitrials.screening import Screening, print_checklist
    from calcitrials.screening import screen as run

    if clear and answers is None:
        raise CommandError("--clear needs --answers, the file to clear", WRONG_USAGE)
    diagnoses = [*(diagnosis or []), *([text_of(file)] if file else [])]
    asked = Screening(
        trial, diagnoses, patient_of(age, sex, country), place_of(near, within), answers, answer or (), clear
    )
    print_checklist(run(Catalogue(catalog), asked), format)
