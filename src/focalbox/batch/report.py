"""The report: one HTML file to check a batch by eye."""

from __future__ import annotations

from focalbox.batch.job import Job
from focalbox.batch.ledger import Ledger


def write_report(address: str, ledger: Ledger, job: Job, manifest: str, workers: int) -> None:
    """Write the report."""
    raise NotImplementedError
