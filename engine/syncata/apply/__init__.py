"""Staged changes carried out: batches, requests, jobs, and what the target said of each item."""

from syncata.apply.applier import Applier
from syncata.apply.counts import ApplyCounts

__all__ = ["Applier", "ApplyCounts"]
