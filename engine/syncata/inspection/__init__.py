"""Looking at single records: what a sync makes of them, and why. Nothing is written anywhere."""

from syncata.inspection.comparing import FieldEdit, Move, SyncEdit, compare
from syncata.inspection.judgement import FieldValue, Judge, Judgement
from syncata.inspection.live import Met, is_on, preview
from syncata.inspection.offline import Found, found_of, offline, settings_of
from syncata.inspection.sources import personal_places, sources

__all__ = [
    "FieldEdit",
    "FieldValue",
    "Found",
    "Judge",
    "Judgement",
    "Met",
    "Move",
    "SyncEdit",
    "compare",
    "found_of",
    "is_on",
    "offline",
    "personal_places",
    "preview",
    "settings_of",
    "sources",
]
