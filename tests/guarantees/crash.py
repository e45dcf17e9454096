"""A run that is killed at a step, and what the next one makes of it."""

from dataclasses import dataclass

from tests.guarantees.judging import Finding
from tests.guarantees.place import Zygote, place
from tests.guarantees.story import Story


@dataclass(frozen=True, slots=True)
class Crash:
    """One kill: at which step (what it was is the last of `steps`), and what was wrong after it.

    `reached` is False where the run ended before it came to the step.
    """

    step: int | str
    reached: bool
    steps: tuple[str, ...]
    findings: tuple[Finding, ...]


def crash(zygote: Zygote, story: Story, step: int | str) -> Crash:
    """Kill the run of a story's last day right after a step; run again and judge."""
    with place(zygote) as here:
        story.prepare(here)
        ended = here.attempt(kill=step)
        assert ended.was_killed or ended.code == 0, ended.err[-3000:]
        findings = story.findings(here)
    return Crash(step, ended.was_killed, ended.steps, tuple(findings))
