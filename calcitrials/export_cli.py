"""The command ``export``; what it does lies in `calcitrials.exporting`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.shared_options import DEFAULT_CATALOG, CatalogOption
from db.catalogue import Catalogue
from db.exporting import ExportFormat


class ExportForm(StrEnum):
    """What files an export is made of: tables in a form of ``ExportFormat``, or resources of FHIR."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"
    DUCKLAKE = "ducklake"
    FHIR = "fhir"


def export(
    folder: Annotated[Path, typer.Argument(help="New or empty folder.")],
    format: Annotated[
        ExportForm, typer.Option(help="Kind of files; fhir is one file, a ResearchStudy (R4) a line.")
    ] = ExportForm.PARQUET,
    with_contacts: Annotated[
        bool, typer.Option("--with-contacts", help="Names and addresses of persons, too.")
    ] = False,
    lake_catalog: Annotated[
        str | None,
        typer.Option(
            help="Of a DuckLake: where its catalogue is, if not in the folder; there the next export adds a version.",
            metavar="postgres:...|sqlite:FILE",
        ),
    ] = None,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Write the published catalogue as files, a table each, with a manifest: versions, rows, checksums, terms of use.

    `calcitrials import export` loads them again, but for those of FHIR.
    """
    from calcitrials.exporting import export_as_fhir, export_catalogue

    opened = Catalogue(catalog)
    if lake_catalog and format is not ExportForm.DUCKLAKE:
        raise CommandError("--lake-catalog is of --format ducklake alone", WRONG_USAGE)
    if format is ExportForm.FHIR:
        said = export_as_fhir(opened, folder, with_contacts)
    else:
        said = export_catalogue(opened, folder, ExportFormat(format), with_contacts, lake_catalog)
    print(said, file=sys.stderr)
