"""A PostgreSQL server of its own in a folder, for as long as a block lasts; never started as root."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASE = "bench"
STARTS_WITHIN_S = 60


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, None where PostgreSQL is not installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[4]))
    found = shutil.which("initdb") or (str(debian[-1]) if debian else None)
    return Path(found).resolve().parent if found else None


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Start a server whose files lie below this new folder; how a client connects. It listens to a socket alone.

    Raises FileNotFoundError where PostgreSQL is not installed.
    """
    where = programs()
    if where is None:
        raise FileNotFoundError("PostgreSQL is not installed: apt-get install postgresql")
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    data, socket = folder / "postgres", folder / "socket"
    for one in (data, socket):
        one.mkdir()
        shutil.chown(one, user)
    folder.chmod(0o755)

    def run(*command: str | Path) -> None:
        subprocess.run(command, user=user, cwd=data, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    run(where / "initdb", "-D", data, "-A", "trust", "-U", "bench", "--locale", "C.UTF-8", "-E", "UTF8")
    options = ("listen_addresses=", "shared_buffers=512MB", "work_mem=128MB", "jit=off")
    command: list[str | Path] = [
        where / "postgres",
        "-D",
        data,
        "-k",
        socket,
        *(part for one in options for part in ("-c", one)),
    ]
    with (data / "log").open("w") as log:
        process = subprocess.Popen(command, user=user, cwd=data, stdout=log, stderr=log)
    try:
        for _ in range(STARTS_WITHIN_S * 10):
            if not subprocess.run([where / "pg_isready", "-q", "-h", socket], cwd="/", check=False).returncode:
                break
            time.sleep(0.1)
        run(where / "createdb", "-h", socket, "-U", "bench", DATABASE)
        yield f"host={socket} user=bench dbname={DATABASE}"
    finally:
        process.send_signal(signal.SIGINT)  # what it calls a fast shutdown
        process.wait()
