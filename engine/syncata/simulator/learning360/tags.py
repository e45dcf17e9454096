"""Tags of the company, and which courses carry them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from syncata.simulator.learning360.courses import Course, Courses
from syncata.simulator.learning360.world import object_id

# The first is the name of a category of the source, too: whoever synchronizes meets it.
NATIVE = (("Management", True), ("Onboarding", False), ("Mandatory", True))


@dataclass(slots=True, eq=False)
class Tag:
    """A tag; those made by hand or through the API have the source `native`."""

    id: str
    name: str
    is_main: bool = False
    external_id: str | None = None
    source: str = "native"

    def shown(self) -> dict[str, Any]:
        """Return it as a TagDTO."""
        shown = {"_id": self.id, "name": self.name, "isMain": self.is_main}
        return shown | ({"externalId": self.external_id} if self.external_id else {})

    def shown_with_source(self) -> dict[str, Any]:
        """Return it as a TagDTOWithSource."""
        return self.shown() | {"source": self.source}


@dataclass(slots=True)
class Tags:
    """Every tag of the company."""

    courses: Courses
    by_id: dict[str, Tag] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        """Start with the tags that the company has."""
        for name, is_main in NATIVE:
            self.create(name, is_main=is_main)

    def create(self, name: str, *, is_main: bool = False, external_id: str | None = None) -> Tag:
        """Add a tag."""
        self.made += 1
        tag = Tag(object_id(0x68, self.made), name, is_main, external_id)
        self.by_id[tag.id] = tag
        return tag

    def named(self, name: str, *, fold: bool = False) -> Tag | None:
        """Return the tag of this name, written exactly so unless told to fold case."""
        for tag in self.by_id.values():
            if tag.name == name or (fold and tag.name.casefold() == name.casefold()):
                return tag
        return None

    def delete(self, tag: Tag) -> None:
        """Delete a tag, and take it off every course."""
        del self.by_id[tag.id]
        for course in self.courses.rows:
            if tag.id in course.tags:
                course.tags = tuple(one for one in course.tags if one != tag.id)

    def names(self, ids: Iterable[str]) -> list[str]:
        """Return the names of tags."""
        return [self.by_id[tag_id].name for tag_id in ids]

    def put(self, course: Course, ids: Collection[str]) -> dict[str, list[Any]]:
        """Replace the tags of a course; returns what changed, as the audit log says it."""
        old, new = course.tags, tuple(dict.fromkeys(ids))
        added = self.names(one for one in new if one not in old)
        removed = self.names(one for one in old if one not in new)
        if not added and not removed:
            return {"unchanged": [course.external_id]}
        course.tags = new
        change = {"externalId": course.external_id, "added": added, "removed": removed}
        return {"course_tags": [change]}
