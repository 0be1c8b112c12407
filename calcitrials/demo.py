"""The demonstration: the bundled sample registries crawled over loopback, then three diagnoses."""

import os
import sys

from rich.console import Console

from calcitrials.crawling import crawl
from calcitrials.matching import MatchJob
from calcitrials.output import console_for, print_matches, print_reports
from calcitrials.progress import showing_progress
from crawler.registries import spiders
from crawler.samples.server import serve, stand_ins
from db.catalogue import Catalogue

DIAGNOSES = (
    "systemic sclerosis with calcinosis",
    "dermatomyositis, calcium deposits",
    "PHP1A with subcutaneous ossifications",
)
NEXT = """
Four things to type next:
  calcitrials serve --catalog {folder}                       the page for clinicians, at http://127.0.0.1:8000
  calcitrials crawl ctgov                                    crawl the real registry, into ./catalog
  calcitrials match "your diagnosis" --age 45y --sex female  match one of your own
  calcitrials sql "SELECT status, count(*) FROM trials GROUP BY ALL"   ask in SQL
Add --catalog {folder} to ask these samples until there is a catalogue of your own.
"""


def demo(catalogue: Catalogue, console: Console) -> bool:
    """Crawl every bundled sample registry with the real spiders, publish, and answer; whether all was complete."""
    console.print(
        "[bold]Sample data[/bold]: bundled records of real trials, as old as their README says; not for care."
    )
    samples = stand_ins()
    sampled = [name for name in spiders() if name in samples]
    known_ids = {name: getattr(samples[name], "KNOWN_IDS", ()) for name in sampled}
    with serve(*sampled) as addresses:
        for name, address in addresses.items():
            os.environ[f"CALCITRIALS_{name.upper()}_URL"] = address
            console.print(f"{name}: sample registry at {address}")
        with showing_progress(console) as progress:
            reports = crawl(catalogue, sampled, known_ids=known_ids, delay_s=0.0, progress=progress, is_sample=True)
    print_reports(reports, console)
    job = MatchJob(catalogue)
    out = console_for(sys.stdout)
    for diagnosis in DIAGNOSES:
        out.rule(f'calcitrials match "{diagnosis}"')
        print_matches(job.match([diagnosis], limit=3), out)
    out.print(NEXT.format(folder=catalogue.root), markup=False, soft_wrap=True)
    return all(report.complete for report in reports)
