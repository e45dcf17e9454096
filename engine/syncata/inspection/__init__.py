"""Looking at single records: what a sync makes of them, and why. Nothing is written anywhere."""

from syncata.inspection.judgement import FieldValue, Judge, Judgement
from syncata.inspection.offline import Found, found_of, offline, settings_of

__all__ = [
    "FieldValue",
    "Found",
    "Judge",
    "Judgement",
    "found_of",
    "offline",
    "settings_of",
]
