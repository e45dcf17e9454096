"""Everything that the simulated company has."""

from dataclasses import dataclass

from syncata.simulator.clock import Clock
from syncata.simulator.faults import Faults
from syncata.simulator.learning360.attempts import Attempts
from syncata.simulator.learning360.courses import Courses
from syncata.simulator.learning360.tags import Tags
from syncata.simulator.learning360.world import World


@dataclass(frozen=True, slots=True)
class Company:
    """Its people and groups, courses, tags and attempts, and the clock they live by."""

    clock: Clock
    world: World
    courses: Courses
    tags: Tags
    attempts: Attempts


def found(learners: int, faults: Faults, clock: Clock) -> Company:
    """Return a company with so many learners, its native tags, and nothing else."""
    courses = Courses(clock)
    return Company(clock, World(learners), courses, Tags(courses), Attempts(faults))
