"""The commands ``calcitrials terms``: the vocabularies that the matcher knows, their licences, and more of them."""

from pathlib import Path
from typing import Annotated

import typer

from app.errors import FAILED, WRONG_USAGE, CommandError
from app.output import Format, print_rows

terms = typer.Typer(
    help="The vocabularies of the matcher: what is built in, what was loaded, and loading more.", no_args_is_help=True
)
COLUMNS = ("name", "version", "licence", "file", "url")


@terms.command("status")
def terms_status(format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE) -> None:
    """List the vocabularies in use, with version and licence."""
    from matcher.terminology import default

    print_rows(COLUMNS, [[getattr(one, name) for name in COLUMNS] for one in default().tables.vocabularies], format)


@terms.command("load")
def terms_load(
    files: Annotated[
        list[Path], typer.Argument(help="Vocabulary files: OBO, OBO graphs, SSSOM, Babelon, DOID and HPO tables.")
    ],
) -> None:
    """Load vocabulary files from disk; each is checked and kept unaltered."""
    from matcher.terminology.files import UnknownVocabularyError
    from matcher.terminology.store import load_file

    for path in files:
        try:
            info = load_file(path)
        except (UnknownVocabularyError, OSError) as error:
            raise CommandError(f"{path}: {error}", WRONG_USAGE) from None
        print(f"loaded {info.name} {info.version} ({info.licence})")


@terms.command("update")
def terms_update(
    vocabulary: Annotated[list[str] | None, typer.Argument(help="Vocabularies; all known when none is named.")] = None,
) -> None:
    """Fetch vocabularies from their own projects and load them."""
    from matcher.terminology.files import UnknownVocabularyError
    from matcher.terminology.store import OFFICIAL, TermsDownloadError, update

    try:
        infos = update(tuple(vocabulary or OFFICIAL), progress=lambda address: print(f"fetching {address}"))
    except UnknownVocabularyError as error:
        raise CommandError(str(error), WRONG_USAGE) from None
    except TermsDownloadError as error:
        raise CommandError(str(error), FAILED) from None
    for info in infos:
        print(f"loaded {info.name} {info.version} ({info.licence})")
