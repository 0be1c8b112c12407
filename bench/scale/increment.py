"""A hundredth of all trials written anew and published, beside a plain copy of the snapshot's file."""

import datetime as dt
import os
import shutil
import time
from pathlib import Path

from db.catalogue import Catalogue
from db.publication import derive
from db.tables import CHILD_TABLES
from db.words import write_words


def increment(name: str) -> None:
    """Change one trial in a hundred of a catalogue, publish, and print what the parts took."""
    root = Path(name)
    catalogue = Catalogue(root)
    assert catalogue.published is not None
    plain = root / "plain.copy"
    began = time.perf_counter()
    shutil.copyfile(catalogue.published, plain)
    with plain.open("rb") as file:
        os.fsync(file.fileno())
    copied_s = time.perf_counter() - began
    plain.unlink()
    began = time.perf_counter()
    with catalogue.writing("a bench") as connection:
        opened_s = time.perf_counter() - began
        connection.execute("CREATE TEMP TABLE chosen AS SELECT trial_id FROM trials WHERE hash(trial_id) % 100 = 0")
        connection.execute("DELETE FROM search_documents WHERE trial_id IN (SELECT trial_id FROM chosen)")
        for table in ("trials", *(child.name for child in CHILD_TABLES), "trial_concepts", "trial_words"):
            own = f"SELECT * FROM {table} SEMI JOIN chosen USING (trial_id)"
            connection.execute(f"CREATE OR REPLACE TEMP TABLE kept AS {own}")
            connection.execute(f"DELETE FROM {table} WHERE trial_id IN (SELECT trial_id FROM chosen)")
            connection.execute(f"INSERT INTO {table} SELECT * FROM kept")
        began = time.perf_counter()
        write_words(connection)
        words_s = time.perf_counter() - began
        began = time.perf_counter()
        derive(connection, dt.datetime.now(dt.UTC))
        derived_s = time.perf_counter() - began
        began = time.perf_counter()
        catalogue.publish(connection)
        published_s = time.perf_counter() - began
    print(f"  a hundredth anew: working file {opened_s:.2f} s, words {words_s:.2f} s, ", end="")
    print(f"studies linked {derived_s:.2f} s, published ", end="")
    print(f"{published_s:.2f} s (a plain copy of the file: {copied_s:.2f} s)")
