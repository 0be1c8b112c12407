"""The commands ``export`` and ``import export``: the catalogue as files, and back."""

from pathlib import Path

import matcher
from db.catalogue import Catalogue, CatalogueError
from db.exporting import ExportFormat, export, load
from db.words import write_words


def export_catalogue(
    catalogue: Catalogue, folder: Path, form: ExportFormat, with_contacts: bool, lake_catalog: str | None = None
) -> str:
    """Write the published catalogue into a folder; a sentence that says what was written."""
    with catalogue.connect() as connection:
        manifest = export(connection, folder, form, with_contacts=with_contacts, lake_catalog=lake_catalog)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    left_out = f"; left out, as they name persons: {', '.join(manifest['left_out'])}" if manifest["left_out"] else ""
    return f"{len(manifest['tables'])} tables with {rows} rows are in {folder}{left_out}"


def export_as_fhir(catalogue: Catalogue, folder: Path, with_contacts: bool) -> str:
    """Write the trials as resources of FHIR into a new folder; a sentence that says what was written."""
    from calcitrials.fhir.bulk import write_ndjson

    if folder.exists() and any(folder.iterdir()):
        raise CatalogueError(f"{folder} is not empty: name a new folder for the export")
    with catalogue.connect() as connection:
        count = write_ndjson(connection, folder, with_contacts)
    left_out = "" if with_contacts else "; left out, as they name persons: contact, principalInvestigator"
    return f"{count} trials are in {folder / 'ResearchStudy.ndjson'}{left_out}"


def load_export(catalogue: Catalogue, folder: Path) -> str:
    """Load an export into an empty catalogue and publish it; a sentence that says what was loaded."""
    with catalogue.writing(f"calcitrials import export {folder}") as connection:
        matcher.map_trials(connection)  # makes the tables that mapping writes
        trials = load(connection, folder)
        matcher.map_trials(connection)
        write_words(connection)
        catalogue.publish(connection)
    return f"{trials} trials are loaded and published in {catalogue.root}"
