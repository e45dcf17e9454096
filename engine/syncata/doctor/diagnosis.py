"""What was found at one thing that was looked at, and what to do about it."""

from dataclasses import dataclass
from typing import Literal

from syncata.errors import CredentialsRefused, Exit, RecordRejected, SyncataError
from syncata.expressions import ExpressionError

FAILURES = (SyncataError, ExpressionError, RecordRejected)
Failure = SyncataError | ExpressionError | RecordRejected


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at. `code` is what a run would end with for it.

    OK without `advice`: it is well. OK with it: no run ends for it, but somebody should know.
    """

    subject: str
    found: str
    advice: str = ""
    code: Exit = Exit.OK

    @property
    def state(self) -> Literal["ok", "note", "failed"]:
        """Whether it is well."""
        if self.code is not Exit.OK:
            return "failed"
        return "note" if self.advice else "ok"


def judged(subject: str, found: str, wrong: Exit, advice: str) -> Diagnosis:
    """A diagnosis whose advice is for the case that something is wrong."""
    return Diagnosis(subject, found, "" if wrong is Exit.OK else advice, wrong)


def failed(subject: str, error: Failure) -> Diagnosis:
    """What an error says about the thing that was looked at."""
    if not isinstance(error, SyncataError):
        return Diagnosis(subject, str(error), "correct the spec", Exit.INVALID)
    advice = error.hint
    if isinstance(error, CredentialsRefused) and not advice:
        advice = "check the credentials in the connection and their scopes"
    return Diagnosis(subject, error.message, advice, error.exit_code)
