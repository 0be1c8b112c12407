"""The command line. ``calcitrials --help`` is the manual; each command is a thin skin over one call into a room."""

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from calcitrials.analysts_cli import history, report, sql
from calcitrials.completion import registries, trial_ids
from calcitrials.errors import FAILED, WRONG_USAGE, CommandError
from calcitrials.export_cli import export
from calcitrials.match_cli import match
from calcitrials.mcp_cli import mcp
from calcitrials.new_registry import new_registry, record_expected
from calcitrials.output import Format
from calcitrials.schedule_cli import schedule
from calcitrials.screen_cli import screen
from calcitrials.serve_cli import serve
from calcitrials.shared_options import DEFAULT_CATALOG, CatalogOption, console, log_to_stderr
from calcitrials.terms_cli import terms
from calcitrials.text_input import file_of
from db.catalogue import Catalogue, CatalogueError

if TYPE_CHECKING:  # a command that needs no crawler does not load one
    from crawler.harvest import Progress
    from db.crawls import CrawlReport

logger = logging.getLogger(__name__)
app = typer.Typer(
    name="calcitrials",
    help="Harvest clinical trial registries into one DuckDB catalogue, and find trials for a diagnosis. "
    "A screening aid over registry data: it never says that a patient is eligible where it does not know.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        import calcitrials

        print(f"calcitrials {calcitrials.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of no command."""


@app.command()
def crawl(
    registry: Annotated[
        list[str] | None,
        typer.Argument(help="Registries to crawl; all known when none is named.", autocompletion=registries),
    ] = None,
    condition: Annotated[
        list[str] | None,
        typer.Option(
            help="Condition to ask for; may be repeated. Default: calcification and ossification disorders "
            "and their causes."
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Ask for the whole registry.")] = False,
    id: Annotated[list[str] | None, typer.Option("--id", help="Ask for this record; may be repeated.")] = None,
    since: Annotated[
        str | None,
        typer.Option(
            help="Only records updated since this day (yyyy-mm-dd), or 'last': since the last complete crawl "
            "of the same question."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Most trials of a crawl from page to page, for `listing` alone. Default: 200."),
    ] = None,
    delay: Annotated[float, typer.Option(min=0.0, help="Seconds between two requests to one host.")] = 1.0,
    catalog: CatalogOption = DEFAULT_CATALOG,
    wait: Annotated[int, typer.Option(min=0, help="Seconds to wait for another crawl that is writing.")] = 0,
    keep_payloads: Annotated[
        int | None,
        typer.Option(min=2, help="Days that the registries' answers are kept; for good when not stated."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Publish even when a quality gate closes.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:
    """Harvest registries into the catalogue and publish it.

    Exit status: 0 complete; 1 failed or incomplete (what was received is kept and published, the summary says
    what is missing); 2 wrong usage.
    """
    from calcitrials.crawling import crawl as run

    if sum((bool(condition), everything, bool(id))) > 1:
        raise CommandError("--condition, --all and --id exclude each other", WRONG_USAGE)
    log_to_stderr(verbose)
    reports = _harvested(
        lambda progress: run(
            Catalogue(catalog),
            registry or (),
            conditions=condition or (),
            everything=everything,
            ids=id or (),
            since=since,
            limit=limit,
            delay_s=delay,
            force=force,
            wait_s=wait,
            keep_payloads_days=keep_payloads,
            progress=progress,
            scrapy_level=logging.DEBUG if verbose else logging.WARNING,
        )
    )
    if not all(report.complete for report in reports):
        raise typer.Exit(FAILED)


def _harvested(run: "Callable[[Progress], list[CrawlReport]]") -> "list[CrawlReport]":
    """Run a harvest beside its progress bar and print its reports, also when a gate closes."""
    from calcitrials.output import print_reports
    from calcitrials.progress import showing_progress
    from db.publication import GateClosed

    try:
        with showing_progress(console) as progress:
            reports = run(progress)
    except GateClosed as closed:
        print_reports(closed.reports, console)
        raise
    for one in reports:  # the progress lines end somewhere before the end
        state = "complete" if one.complete else "incomplete"
        logger.info("%s: %s, %d records received", one.registry, state, one.received)
    print_reports(reports, console)
    return reports


imports = typer.Typer(
    help="Import a file downloaded by hand, for registries that allow no crawler.", no_args_is_help=True
)
app.add_typer(imports, name="import")
app.add_typer(terms, name="terms")
app.command()(match)
app.command()(serve)
app.command()(mcp)
app.command()(schedule)


@imports.command("ictrp")
def import_ictrp(
    file: Annotated[Path, typer.Argument(help="WHO ICTRP export: XML or CSV, plain or compressed; - is stdin.")],
    catalog: CatalogOption = DEFAULT_CATALOG,
    force: Annotated[bool, typer.Option("--force", help="Publish even when a quality gate closes.")] = False,
) -> None:
    """Import an export of the WHO International Clinical Trials Registry Platform, and publish.

    It brings the registries that allow no crawler (ANZCTR, ChiCTR, jRCT, CTRI, ReBEC and others). A record
    that a registry's own spider brought is never overwritten. Exit status 1: the file is cut short or damaged (what
    could be read is published), or nothing in it could be read (then nothing is).
    """
    from calcitrials.crawling import import_file

    log_to_stderr(False)
    with file_of(file) as path:
        reports = _harvested(lambda progress: import_file(Catalogue(catalog), path, force=force, progress=progress))
    if not all(report.complete and report.received > report.rejected for report in reports):
        raise typer.Exit(FAILED)


@imports.command("export")
def import_export(
    folder: Annotated[Path, typer.Argument(help="Folder that `calcitrials export` wrote (not a DuckLake).")],
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Load an exported catalogue into an empty one, and publish. Every file is checked against the manifest."""
    from calcitrials.exporting import load_export

    print(load_export(Catalogue(catalog), folder), file=sys.stderr)


@app.command()
def similar(
    trial: Annotated[str, typer.Argument(help="Id of a trial.", autocompletion=trial_ids)],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most trials to show.")] = 10,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Find trials like one trial: for the same or a related disease or finding, each with the reason."""
    from calcitrials import output
    from calcitrials.matching import MatchJob

    output.print_trials(MatchJob(Catalogue(catalog)).similar(trial, limit), format)


@app.command()
def show(
    trial: Annotated[str, typer.Argument(help="Id of a trial, or another number of it.", autocompletion=trial_ids)],
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    raw: Annotated[bool, typer.Option("--raw", help="What the registry sent, byte for byte.")] = False,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Show one trial: for whom, what is done, where, whom to ask, criteria, dates, results, history and source.

    The table form is for reading; --format json has every field of the catalogue.
    """
    from calcitrials import records
    from calcitrials.raw import print_raw

    if raw:
        print_raw(Catalogue(catalog), trial)
    else:
        records.print_trial(Catalogue(catalog), trial, format)


app.command()(screen)
app.command()(history)
app.command()(sql)
app.command()(export)
app.command()(report)


@app.command()
def status(
    stale_after: Annotated[
        float, typer.Option(min=0, help="Hours after which a question without a complete crawl is stale.")
    ] = 48.0,
    format: Annotated[Format, typer.Option(help="How to print.")] = Format.TABLE,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read every stored file in full, and name what is damaged.")
    ] = False,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Say for each registry and question how old the data are, and how the last crawl ended.

    Exit status 1 when a question is stale, so that monitoring can call it: its last complete crawl, or that of the
    whole registry, is too old. A question that was asked once is not waited for where others are asked again and again.
    A crawl of single records (--id) refreshes nothing; what was imported from a file and samples are never stale.
    With --verify also when a stored file is damaged: it is named, with what helps.
    """
    from calcitrials.status import print_status
    from calcitrials.verifying import damage

    damaged = damage(Catalogue(catalog)) if verify else []
    if damaged:
        raise CommandError("; ".join(damaged))
    stale = print_status(Catalogue(catalog), stale_after, format)
    if stale:
        raise CommandError(f"stale: {', '.join(stale)} (no complete crawl within {stale_after:g} hours)")


@app.command()
def reread(
    registry: Annotated[
        list[str] | None,
        typer.Argument(help="Registries; all that were crawled when none is named.", autocompletion=registries),
    ] = None,
    catalog: CatalogOption = DEFAULT_CATALOG,
    force: Annotated[bool, typer.Option("--force", help="Publish even when a quality gate closes.")] = False,
) -> None:
    """Run the readers over the archived payloads again, without the network, and publish.

    Every payload is verified. Exit status 1 when one is damaged or missing: it is named, and what the catalogue knows
    of its trials stays as it is.
    """
    from calcitrials.crawling import reread as run

    log_to_stderr(False)
    reports = _harvested(lambda progress: run(Catalogue(catalog), registry or (), force=force, progress=progress))
    if not all(report.complete for report in reports):
        raise typer.Exit(FAILED)


@app.command()
def demo(
    catalog: Annotated[
        Path, typer.Option("--catalog", help="Folder for the samples, which no other catalogue takes.")
    ] = Path("demo-catalog"),
) -> None:
    """Crawl the bundled sample registries over loopback, publish, and answer three diagnoses."""
    from calcitrials.demo import demo as run

    log_to_stderr(False)
    if not run(Catalogue(catalog), console):
        raise typer.Exit(FAILED)


app.command("new-registry")(new_registry)
app.command("record-expected")(record_expected)


def main() -> None:
    """Run the command line; errors become one line on stderr and an exit status."""
    import duckdb

    from crawler.arguments import ArgumentError
    from matcher import DenseModelError, DiagnosisError, TrialNotFoundError

    try:
        try:
            app(prog_name="calcitrials", standalone_mode=True)
        finally:
            sys.stdout.flush()  # here, where a disk that is full or a reader that has gone can still be told
    except CommandError as error:
        _fail(str(error), error.exit_status)
    except CatalogueError as error:
        _fail(str(error), FAILED)
    except ArgumentError as error:
        _fail(str(error), WRONG_USAGE)
    except (DiagnosisError, DenseModelError) as error:
        _fail(str(error), WRONG_USAGE)
    except TrialNotFoundError as error:
        _fail(str(error), FAILED)
    except BrokenPipeError:
        _end_without_output()
    except OSError as error:  # a full disk, a folder without access
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror}" if error.strerror else " ".join(str(error).split()), FAILED)
    except duckdb.Error as error:  # a damaged file, and a full disk, too
        _fail(" ".join(str(error).split()), FAILED)


def _end_without_output() -> NoReturn:
    """End where nobody reads on, as programs in a pipe do: without a word, and without a last attempt to write."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(FAILED)


def _fail(message: str, status: int) -> NoReturn:
    print(f"calcitrials: {message}", file=sys.stderr)
    try:
        sys.stdout.flush()
    except OSError:
        _end_without_output()
    sys.exit(status)
