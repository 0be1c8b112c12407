"""The command ``schedule``."""

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from calcitrials.completion import registries
from calcitrials.errors import WRONG_USAGE, CommandError
from calcitrials.shared_options import DEFAULT_CATALOG, CatalogOption, log_to_stderr


class ScheduleForm(StrEnum):
    """What ``schedule`` prints."""

    SYSTEMD = "systemd"
    CRON = "cron"
    BOTH = "both"


def schedule(
    registry: Annotated[
        list[str] | None, typer.Argument(help="Registries to crawl; all when none is named.", autocompletion=registries)
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option("--registry", help="A registry to crawl; may be repeated.", autocompletion=registries),
    ] = None,
    condition: Annotated[list[str] | None, typer.Option(help="Condition to ask for; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Ask for the whole registry.")] = False,
    name: Annotated[
        str, typer.Option(help="Name of the units; several questions have a schedule each, by names of their own.")
    ] = "calcitrials",
    at: Annotated[str, typer.Option(help="Time of day (UTC for --run, the machine's own for the others).")] = "03:15",
    form: Annotated[ScheduleForm, typer.Option("--as", help="What to print.")] = ScheduleForm.BOTH,
    system: Annotated[
        bool, typer.Option("--system", help="Units of the machine, run as you, in place of units of your own.")
    ] = False,
    on_failure: Annotated[
        str | None, typer.Option(help="Command to run when a crawl has failed. Default: `calcitrials status`.")
    ] = None,
    keep_payloads: Annotated[
        int | None, typer.Option(min=2, help="Days that payloads are kept; for good when not stated.")
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="Write the systemd units in place of printing.")] = False,
    folder: Annotated[
        Path | None, typer.Option(help="Folder to write the units into. Default: where systemd looks for them.")
    ] = None,
    run: Annotated[bool, typer.Option("--run", help="Run the schedule in the foreground instead.")] = False,
    now: Annotated[bool, typer.Option("--now", help="With --run: begin with a crawl at once.")] = False,
    wait: Annotated[int, typer.Option(min=0, help="Seconds a crawl waits for another that is writing.")] = 600,
    catalog: CatalogOption = DEFAULT_CATALOG,
) -> None:
    """Print systemd units and a cron line for daily crawls of this installation, install them, or run the schedule."""
    from calcitrials import scheduling
    from calcitrials.crawling import chosen

    if condition and everything:
        raise CommandError("--condition and --all exclude each other", WRONG_USAGE)
    names = [*(registry or ()), *(also or ())]
    asked = chosen(names)
    if condition:
        for spider in asked.values():
            spider(condition=tuple(condition))  # which refuses what is no condition
    command = scheduling.crawl_command(
        catalog, list(asked) if names else (), wait, conditions=condition or (), everything=everything,
        keep_payloads_days=keep_payloads,
    )  # fmt: skip
    plan = scheduling.Plan(
        command, scheduling.time_of_day(at), catalog, scheduling.checked_name(name), shlex.split(on_failure or ""),
        system,
    )  # fmt: skip
    if run:
        log_to_stderr(True)
        scheduling.run_schedule(plan, now=now)
    elif install:
        for path in scheduling.install(plan, folder or scheduling.systemd_folder(system)):
            print(f"written: {path}")
        print(f"then: {scheduling.next_steps(plan)}")
    else:
        if form is not ScheduleForm.CRON:
            where = folder or scheduling.systemd_folder(system)
            for file, text in scheduling.systemd_units(plan).items():
                print(f"# {where / file}\n{text}")
            print(f"# then: {scheduling.next_steps(plan)}\n")
        if form is not ScheduleForm.SYSTEMD:
            print(scheduling.cron_line(plan), end="")
