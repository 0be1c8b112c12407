"""The commands ``calcitrials terms``: the vocabularies that the matcher knows, their licences, and more of them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.errors import FAILED, WRONG_USAGE, CommandError
from calcitrials.output import Format, print_rows
from calcitrials.text_input import text_of

terms = typer.Typer(
    help="The vocabularies of the matcher: what is built in, what was loaded, and loading more.", no_args_is_help=True
)
COLUMNS = ("name", "version", "licence", "file", "url")


@terms.command("status")
def terms_status(format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE) -> None:
    """List the vocabularies in use, with version and licence."""
    from matcher.terminology import default

    print_rows(COLUMNS, [[getattr(one, name) for name in COLUMNS] for one in default().tables.vocabularies], format)


@terms.command("find")
def terms_find(
    phrases: Annotated[list[str] | None, typer.Argument(help="Phrases, such as conditions of trials.")] = None,
    file: Annotated[str | None, typer.Option(help="Read phrases from this file, one a line; - is stdin.")] = None,
    vocabulary: Annotated[
        str | None, typer.Option(help="Prefix of the ids wanted (MeSH, HP, ORPHA, OMIM, ICD10CM); any when not stated.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
) -> None:
    """Say which concept each phrase is about; a phrase about none, or about one of several, gets none."""
    from matcher.linking.linker import EntityLinker
    from matcher.linking.phrase import Linked, link
    from matcher.terminology import default

    asked = [*(phrases or ()), *(line for line in text_of(file).splitlines() if line.strip())] if file else phrases
    if not asked:
        raise CommandError("say a phrase, or --file", WRONG_USAGE)
    mapper = EntityLinker(default())
    known = {identifier.partition(":")[0] for identifier in mapper.terminology.place_of}
    if vocabulary is not None and vocabulary not in known:
        raise CommandError(f"{vocabulary} is no vocabulary in use: {', '.join(sorted(known))}", WRONG_USAGE)
    found = [(phrase, link(mapper, phrase, vocabulary)) for phrase in asked]
    nothing = (None,) * len(Linked._fields)
    print_rows(("phrase", *Linked._fields), [(phrase, *(linked or nothing)) for phrase, linked in found], format)


@terms.command("load")
def terms_load(
    files: Annotated[
        list[Path],
        typer.Argument(help="Vocabulary files: OBO, OBO graphs, Orphadata XML, SSSOM, Babelon, DOID and HPO tables."),
    ],
) -> None:
    """Load vocabulary files from disk; each is checked and kept unaltered."""
    from matcher.terminology.model import UnknownVocabularyError
    from matcher.terminology.store import load_file

    failed = 0
    for path in files:
        try:
            info = load_file(path)
        except (UnknownVocabularyError, OSError) as error:
            failed += 1
            print(f"calcitrials: {path}: {error}", file=sys.stderr)
            continue
        print(f"loaded {info.name} {info.version} ({info.licence})")
    if failed:
        raise CommandError(f"{failed} of {len(files)} files were not loaded", WRONG_USAGE)


@terms.command("update")
def terms_update(
    vocabulary: Annotated[list[str] | None, typer.Argument(help="Vocabularies; all known when none is named.")] = None,
) -> None:
    """Fetch vocabularies from their own projects and load them."""
    from matcher.terminology.model import UnknownVocabularyError
    from matcher.terminology.store import OFFICIAL, TermsDownloadError, update

    try:
        infos = update(tuple(vocabulary or OFFICIAL), progress=lambda address: print(f"fetching {address}"))
    except UnknownVocabularyError as error:
        raise CommandError(str(error), WRONG_USAGE) from None
    except TermsDownloadError as error:
        raise CommandError(str(error), FAILED) from None
    for info in infos:
        print(f"loaded {info.name} {info.version} ({info.licence})")
