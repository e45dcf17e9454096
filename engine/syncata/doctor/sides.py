"""One API under examination: can it be asked at all, whose clock is off, what does it answer."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace

from syncata.doctor.diagnosis import FAILURES, Diagnosis, Failure, failed, judged
from syncata.document import Scalar
from syncata.errors import CredentialsRefused, Exit, Unavailable
from syncata.expressions import compile_template
from syncata.spec.model import Spec
from syncata.timing import MAX_SKEW
from syncata.transport import Endpoint, NoCredentials

Question = Callable[[str], Awaitable[Diagnosis]]  # it is told the subject of its diagnosis


class Side:
    """Source or target: asks, and gives up where the whole API is away or lets nobody in.

    `over` says why no more is asked: every further question would fail alike.
    """

    def __init__(self, endpoint: Endpoint, spec: Spec) -> None:
        self.endpoint = endpoint
        self.name = endpoint.site.name
        self.over: Diagnosis | None = None
        self._spec = spec

    async def ask(self, what: str, question: Question) -> list[Diagnosis]:
        """The answer to a question about `what`, or why there is none; nothing once it is over."""
        if self.over:
            return []
        subject = f"{self.name}: {what}"
        try:
            return [await question(subject)]
        except FAILURES as error:
            if not self._is_over(error):
                return [failed(subject, error)]
            self.over = self._whole(error)
            return []

    def _whole(self, error: Failure) -> Diagnosis:
        """What is wrong with the whole API, and which settings it depends on."""
        api = self._spec.source.api if self.name == "source" else self._spec.target.api
        found = failed(self.name, error)
        if isinstance(error, CredentialsRefused):
            what, texts = "the credentials come", list(api.auth.fields.values())
        elif self._has_answered:
            return found
        else:
            what, texts = "its address comes", [api.base_url]
        names = ", ".join(_settings_read(self._spec, texts))
        origin = f"{what} from the connection's settings: {names}" if names else ""
        return replace(found, advice="\n".join(filter(None, (found.advice, origin))))

    def _is_over(self, error: Failure) -> bool:
        if isinstance(error, CredentialsRefused):
            return not error.lacks_scope
        if not isinstance(error, Unavailable):
            return False
        # Whoever asks to come back later asks this of every further request, too.
        return error.retry_after is not None or not self._has_answered

    @property
    def _has_answered(self) -> bool:
        """Whether anything but a failure came so far; tokens may come from elsewhere."""
        asked = self.endpoint.requests
        return any(kind != "token" and 0 < status < 500 for kind, status in asked)

    def reached(self) -> Diagnosis:
        """What can be said of the whole API once something was asked."""
        site = self.endpoint.site
        if not self.endpoint.requests:
            return Diagnosis(self.name, "not asked: the spec names nothing to look at")
        known = "" if isinstance(site.credentials, NoCredentials) else ", and knows the credentials"
        return Diagnosis(self.name, f"{site.base_url} answers{known}")

    def clock(self) -> Iterator[Diagnosis]:
        """How far its clock is from ours, if it told."""
        ahead = self.endpoint.clock_ahead
        if ahead is not None:
            way = "ahead of" if ahead > 0 else "behind"
            yield judged(
                f"{self.name}: clock",
                f"{abs(ahead):.0f} s {way} this machine's",
                Exit.UNAVAILABLE if abs(ahead) > MAX_SKEW else Exit.OK,
                "set this machine's clock by NTP; if it is right, tell those who run the API",
            )


Questions = Callable[[Side], Awaitable[list[Diagnosis]]]


async def examined(endpoint: Endpoint, spec: Spec, questions: Questions) -> list[Diagnosis]:
    """Everything there is to say of one API: the whole of it first."""
    side = Side(endpoint, spec)
    answers = await questions(side)
    return [side.over or side.reached(), *side.clock(), *answers]


def _settings_read(spec: Spec, texts: Iterable[Scalar]) -> list[str]:
    """The settings that texts go by, directly or through defaults."""
    names: dict[str, None] = {}
    waiting = list(texts)
    while waiting:
        for expression in compile_template(waiting.pop(0)).expressions:
            for name in sorted(expression.variables.get("settings") or ()):
                names[name] = None
                default = spec.settings[name].default
                waiting += [default] if isinstance(default, Scalar) else []
    return list(names)
