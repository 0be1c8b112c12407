"""Scheduled crawls: a systemd timer and a cron line for this installation, or the schedule in the foreground."""

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
import threading
from collections.abc import Sequence
from pathlib import Path

from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.cron import CronTrigger

from calcitrials import interruption
from calcitrials.errors import WRONG_USAGE, CommandError

logger = logging.getLogger(__name__)


def crawl_command(catalog: Path, registries: Sequence[str], wait_s: int) -> list[str]:
    """The command of a scheduled crawl, with absolute paths: what changed since the last complete crawl."""
    program = shutil.which("calcitrials") or str(Path(sys.executable).with_name("calcitrials"))
    return [
        program,
        "crawl",
        *registries,
        "--since",
        "last",
        "--wait",
        str(wait_s),
        "--catalog",
        str(catalog.resolve()),
    ]


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


def systemd_units(command: Sequence[str], at: dt.time) -> str:
    """A service and a timer to put into /etc/systemd/system. The crawl runs as whoever asks for them."""
    settings = "".join(f"Environment={_unit_word(f'{name}={value}')}\n" for name, value in own_settings().items())
    words = (_unit_word(word).replace("$", "$$") for word in command)
    service = f"""\
# /etc/systemd/system/calcitrials.service
[Unit]
Description=calcitrials: crawl the trial registries
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User={getpass.getuser()}
WorkingDirectory={str(Path.cwd()).replace("%", "%%")}
{settings}ExecStart={" ".join(words)}
"""
    timer = f"""\
# /etc/systemd/system/calcitrials.timer
[Unit]
Description=calcitrials: crawl the trial registries every day

[Timer]
OnCalendar=*-*-* {at:%H:%M}:00
RandomizedDelaySec=15min
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl daemon-reload && systemctl enable --now calcitrials.timer
"""
    return service + "\n" + timer


def _unit_word(text: str) -> str:
    """A word of a unit file: systemd's own escapes, which are not the shell's, and no percent sign to expand."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return escaped if re.fullmatch(r"[\w@%+=:,./-]+", text) else f'"{escaped}"'


def cron_line(command: Sequence[str], at: dt.time) -> str:
    """A line for crontab -e."""
    settings = "".join(f"{name}={shlex.quote(value)} " for name, value in own_settings().items())
    line = f"cd {shlex.quote(str(Path.cwd()))} && {settings}{shlex.join(command)}"
    return f"{at.minute} {at.hour} * * * " + line.replace("%", r"\%") + "\n"  # cron ends a command at a percent sign


def run_schedule(command: Sequence[str], at: dt.time, *, now: bool = False) -> None:
    """Run the crawl every day at this time (UTC) until Ctrl-C or SIGTERM, which stop a running crawl as well: it
    publishes what it has received, and the next one goes on from there.

    Each crawl is a process of its own; a crawl that is due while one runs is skipped, one that is due while the machine
    sleeps is made up for, and the catalogue's lock keeps other writers out. now: begin with a crawl at once.
    """
    crawls = Crawls(command)
    scheduler = BlockingScheduler(timezone=dt.UTC)
    trigger = CronTrigger(hour=at.hour, minute=at.minute, timezone=dt.UTC)
    first = {"next_run_time": dt.datetime.now(dt.UTC)} if now else {}
    scheduler.add_job(crawls.run_one, trigger, max_instances=1, coalesce=True, misfire_grace_time=None, **first)
    logger.info("crawling every day at %s UTC; stop with Ctrl-C", at.strftime("%H:%M"))
    interruption.leave()
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell may have started us with Ctrl-C ignored
        signal.signal(number, signal.default_int_handler)
    try:
        scheduler.start()
    except KeyboardInterrupt:
        logger.info("stopping")
        crawls.stop()
        scheduler.shutdown()


class Crawls:
    """The crawls of a schedule, one after the other."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._running: subprocess.Popen[bytes] | None = None
        self._is_stopped = False
        self._guard = threading.Lock()

    def run_one(self) -> None:
        """Run one crawl, and log its exit status."""
        with self._guard:
            if self._is_stopped:
                return
            # a session of its own, so that a Ctrl-C reaches it once: a second signal would break it off
            self._running = subprocess.Popen(self._command, start_new_session=True)
        status = self._running.wait()
        logger.log(logging.INFO if status == 0 else logging.ERROR, "the crawl ended with exit status %d", status)

    def stop(self) -> None:
        """Begin no other crawl, and ask the one that runs to stop."""
        with self._guard:
            self._is_stopped = True
            if self._running:
                self._running.terminate()
