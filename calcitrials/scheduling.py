"""Scheduled crawls: systemd units and a cron line for this installation, or the schedule in the foreground."""

import datetime as dt
import getpass
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from calcitrials import interruption
from calcitrials.errors import FAILED, WRONG_USAGE, CommandError
from db.whole_file import whole_file
from matcher.terminology.cache import cache_folder

LONGEST_NAP_S = 20.0
"""The clock is looked at so often, so that a machine that slept makes up for what was due."""

logger = logging.getLogger(__name__)


class Plan(NamedTuple):
    """What is run, when, and under which name. on_failure: the command that is run when a crawl has failed."""

    command: Sequence[str]
    at: dt.time
    catalog: Path
    name: str = "calcitrials"
    on_failure: Sequence[str] = ()
    is_system: bool = False


def program() -> str:
    """The installed command, by its absolute path."""
    beside = Path(sys.executable).with_name("calcitrials")
    return str(beside) if beside.exists() else shutil.which("calcitrials") or str(beside)


def crawl_command(
    catalog: Path,
    registries: Sequence[str],
    wait_s: int,
    *,
    conditions: Sequence[str] = (),
    everything: bool = False,
    keep_payloads_days: int | None = None,
) -> list[str]:
    """The command of a scheduled crawl, with absolute paths: what changed since the last complete crawl."""
    asked = ["--all"] if everything else [word for one in conditions for word in ("--condition", one)]
    kept = [] if keep_payloads_days is None else ["--keep-payloads", str(keep_payloads_days)]
    return [
        program(), "crawl", *registries, *asked, "--since", "last", *kept, "--wait", str(wait_s), "--catalog",
        str(catalog.resolve()),
    ]  # fmt: skip


def own_settings() -> dict[str, str]:
    """The settings of this shell that a scheduled crawl needs as well; the folder stands in its command."""
    prefix = "CALCITRIALS_"
    return {
        name: value
        for name, value in sorted(os.environ.items())
        if name.startswith(prefix) and name != f"{prefix}CATALOG"
    }


def time_of_day(text: str) -> dt.time:
    """Hours and minutes from "03:15". Raises CommandError."""
    try:
        return dt.datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise CommandError(f"{text!r} is not a time of day: write it as 03:15", WRONG_USAGE) from None


def checked_name(text: str) -> str:
    """The name of a schedule's units. Raises CommandError when systemd would not take it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}", text):
        raise CommandError(f"{text!r} is no name of a unit: letters, digits, - and _", WRONG_USAGE)
    return text if text.startswith("calcitrials") else f"calcitrials-{text}"


def systemd_folder(is_system: bool) -> Path:
    """Where systemd looks for units of the machine, or of this user."""
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return Path("/etc/systemd/system") if is_system else own / "systemd" / "user"


def systemd_units(plan: Plan) -> dict[str, str]:
    """A service, its timer, and a service for its failures, by file name."""
    settings = "".join(f"Environment={_unit_word(f'{name}={value}')}\n" for name, value in own_settings().items())
    service = f"""\
[Unit]
Description=calcitrials: crawl the trial registries
Wants=network-online.target
After=network-online.target
OnFailure={plan.name}-failed.service

[Service]
Type=oneshot
{_user(plan)}WorkingDirectory={str(Path.cwd()).replace("%", "%%")}
{settings}ExecStart={_exec(plan.command)}
# a stopped crawl publishes what it has
TimeoutStopSec=5min
KillMode=mixed
Nice=10
{_hardening(plan)}"""
    timer = f"""\
[Unit]
Description=calcitrials: crawl the trial registries every day

[Timer]
OnCalendar=*-*-* {plan.at:%H:%M}:00
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target
"""
    failed = f"""\
[Unit]
Description=calcitrials: say that a crawl of the trial registries failed

[Service]
Type=oneshot
{_user(plan)}WorkingDirectory={str(Path.cwd()).replace("%", "%%")}
{settings}ExecStart={_exec(plan.on_failure or _status(plan))}
{_hardening(plan)}"""
    return {f"{plan.name}.service": service, f"{plan.name}.timer": timer, f"{plan.name}-failed.service": failed}


def next_steps(plan: Plan) -> str:
    """What to type when the units lie in their folder."""
    own = "" if plan.is_system else " --user"
    stays = "" if plan.is_system else f" && loginctl enable-linger {getpass.getuser()}"
    return f"systemctl{own} daemon-reload && systemctl{own} enable --now {plan.name}.timer{stays}"


def install(plan: Plan, folder: Path) -> list[Path]:
    """Write the units into a folder, and make the catalogue's and the cache's, which the units may write into.

    Raises CommandError.
    """
    paths = []
    try:
        for needed in (folder, plan.catalog, cache_folder()):
            needed.mkdir(parents=True, exist_ok=True)
        for name, text in systemd_units(plan).items():
            with whole_file(folder / name) as draft:
                draft.write_text(text)
            paths.append(folder / name)
    except OSError as error:
        raise CommandError(f"cannot write into {error.filename}: {error.strerror}", FAILED) from None
    return paths


def cron_line(plan: Plan) -> str:
    """A line for crontab -e; cron sends what a failed crawl says to MAILTO."""
    settings = "".join(f"{name}={shlex.quote(value)} " for name, value in own_settings().items())
    line = f"cd {shlex.quote(str(Path.cwd()))} && {settings}{shlex.join(plan.command)}"
    escaped = line.replace("%", r"\%")  # cron ends a command at a percent sign
    return f"{plan.at.minute} {plan.at.hour} * * * {escaped}\n"


def run_schedule(plan: Plan, *, now: bool = False) -> None:
    """Run the crawl every day at this time (UTC) until Ctrl-C or SIGTERM, which stop a running crawl as well: it
    publishes what it has received, and the next one goes on from there.

    Each crawl is a process of its own; a crawl that is due while one runs is skipped, one that is due while the machine
    sleeps is made up for, and the catalogue's lock keeps other writers out. now: begin with a crawl at once.
    """
    interruption.leave()
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell may have started us with Ctrl-C ignored
        signal.signal(number, signal.default_int_handler)
    logger.info("crawling every day at %s UTC; stop with Ctrl-C", plan.at.strftime("%H:%M"))
    running: subprocess.Popen[bytes] | None = None
    try:
        due = dt.datetime.now(dt.UTC) if now else _next(plan.at)
        while True:
            while (left_s := (due - dt.datetime.now(dt.UTC)).total_seconds()) > 0:
                time.sleep(min(left_s, LONGEST_NAP_S))
            # a session of its own, so that a Ctrl-C reaches it once: a second signal would break it off
            running = subprocess.Popen(list(plan.command), start_new_session=True)
            _tell(running.wait())
            running = None
            due = _next(plan.at)
    except KeyboardInterrupt:
        logger.info("stopping")
        if running:
            running.terminate()
            _tell(running.wait())


def _tell(status: int) -> None:
    logger.log(logging.INFO if status == 0 else logging.ERROR, "the crawl ended with exit status %d", status)


def _next(at: dt.time) -> dt.datetime:
    """The next time, from this second on, that it is so late (UTC)."""
    now = dt.datetime.now(dt.UTC)
    today = now.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    return today if today >= now else today + dt.timedelta(days=1)


def _status(plan: Plan) -> list[str]:
    return [program(), "status", "--catalog", str(plan.catalog.resolve())]


def _user(plan: Plan) -> str:
    return f"User={getpass.getuser()}\n" if plan.is_system else ""


def _hardening(plan: Plan) -> str:
    """What the crawl needs not; a unit of a user has no right to more."""
    own = {"NoNewPrivileges": "yes", "LockPersonality": "yes", "RestrictRealtime": "yes", "RestrictSUIDSGID": "yes"}
    writes = (str(folder.resolve()) for folder in (plan.catalog, cache_folder()))
    paths = " ".join(_unit_word(f"-{path}") for path in writes)
    of_the_machine: Mapping[str, str] = {
        "CapabilityBoundingSet": "",
        "PrivateDevices": "yes",
        "PrivateTmp": "yes",
        "ProtectClock": "yes",
        "ProtectControlGroups": "yes",
        "ProtectHome": "read-only",
        "ProtectKernelLogs": "yes",
        "ProtectKernelModules": "yes",
        "ProtectKernelTunables": "yes",
        "ProtectSystem": "strict",
        "ReadWritePaths": paths,
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX AF_NETLINK",
        "RestrictNamespaces": "yes",
        "SystemCallArchitectures": "native",
    }
    lines = own | (dict(of_the_machine) if plan.is_system else {})
    return "".join(f"{name}={value}\n" for name, value in sorted(lines.items()))


def _exec(command: Sequence[str]) -> str:
    return " ".join(_unit_word(word).replace("$", "$$") for word in command)


def _unit_word(text: str) -> str:
    """A word of a unit file: systemd's own escapes, which are not the shell's, and no percent sign to expand."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", text) else f'"{escaped}"'
