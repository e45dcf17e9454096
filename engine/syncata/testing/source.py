"""The source of a test: gives the records of a day."""

from syncata.spec.tests import Day
from syncata.testing.stage import ABSENT
from syncata.transport import Reply, Sent


class StagedSource:
    """Answers for the streams of a staged spec."""

    def __init__(self, day: Day) -> None:
        self._day = day

    def respond(self, sent: Sent) -> Reply:
        """The records of a stream, or which keys `absent` finds; 503 where the source is away."""
        kind, name = sent.path.strip("/").split("/")
        records = self._day.streams.get(name, [])
        if records is None:
            return Reply(503)
        if kind == ABSENT:
            asked = [value for _, value in sent.params]
            return Reply(body=[k for k in asked if k in self._day.exists.get(name, [])])
        return Reply(body=records)
