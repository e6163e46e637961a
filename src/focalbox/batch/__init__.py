"""Many pictures: folders and buckets, on one machine and on a Ray cluster."""

from focalbox.batch.job import Stopped
from focalbox.batch.run import Summary, run

__all__ = ["Stopped", "Summary", "run"]
