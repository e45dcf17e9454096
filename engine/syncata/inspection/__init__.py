"""Looking at single records: what a sync makes of them, and why. Nothing is written anywhere."""

from syncata.inspection.comparing import FieldEdit, Move, SyncEdit, compare
from syncata.inspection.deciding import Decided, decide_record
from syncata.inspection.finding import Sighting, find_record
from syncata.inspection.judgement import FieldValue, Judge, Judgement
from syncata.inspection.live import Met, is_on, judged_known, live_judge, pages_of, preview
from syncata.inspection.offline import Found, found_of, offline, settings_of
from syncata.inspection.pseudonyms import Pseudonyms
from syncata.inspection.sources import personal_paths, personal_places, sources
from syncata.inspection.tracing import Step, trace

__all__ = [
    "Decided",
    "FieldEdit",
    "FieldValue",
    "Found",
    "Judge",
    "Judgement",
    "Met",
    "Move",
    "Pseudonyms",
    "Sighting",
    "Step",
    "SyncEdit",
    "compare",
    "decide_record",
    "find_record",
    "found_of",
    "is_on",
    "judged_known",
    "live_judge",
    "offline",
    "pages_of",
    "personal_paths",
    "personal_places",
    "preview",
    "settings_of",
    "sources",
    "trace",
]
