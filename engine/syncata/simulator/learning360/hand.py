"""What people do by hand on the target: administrators, authors, learners."""

from collections.abc import Callable
from typing import Any

import orjson

from syncata.simulator.learning360.company import Company
from syncata.simulator.learning360.courses import Course, Integration, external_course_shown
from syncata.simulator.learning360.tags import Tag
from syncata.simulator.learning360.world import AUTHOR, ROOT_GROUP, Record

Given = dict[str, Any]


class Hand:
    """The actions by name; each takes what it needs and returns what it made of it.

    An action raises KeyError for what is missing or unknown.
    """

    def __init__(self, company: Company) -> None:
        """Act on `company`."""
        self._company = company
        self.actions: dict[str, Callable[[Given], Given]] = {
            "archive_course": self._archive,
            "restore_course": self._restore,
            "delete_course": self._delete,
            "edit_course": self._edit,
            "launch": self._launch,
            "tag": self._put_on,
            "untag": self._take_off,
            "rename_tag": self._rename_tag,
            "delete_tag": self._delete_tag,
            "add_integration": self._add_integration,
            "edit_integration": self._edit_integration,
            "delete_integration": self._delete_integration,
            "add_user": self._add_user,
            "set_user_status": self._set_user_status,
            "set_mail": self._set_mail,
            "set_role": self._set_role,
        }

    def shown(self, course: Course) -> Given:
        """Return a course as it was sent, its status, and the names of its tags if it has any."""
        place = {"integrationId": course.integration.id, "status": course.status}
        tags = self._company.tags.names(course.tags)
        return external_course_shown(course) | place | ({"tags": tags} if tags else {})

    def _course(self, given: Given) -> Course:
        """Find a course by `courseId`, or by `externalId` among the active integrations."""
        courses = self._company.courses
        if "courseId" in given:
            return courses.by_id[given["courseId"]]
        wanted = given["externalId"]
        for integration in courses.active():
            if wanted in integration.courses:
                return integration.courses[wanted]
        raise KeyError(wanted)

    def _user(self, given: Given) -> Record:
        user = self._company.world.user_of(given["mail"])
        if user is None:
            raise KeyError(given["mail"])
        return user

    def _tag(self, name: str) -> Tag:
        tag = self._company.tags.named(name)
        if tag is None:
            raise KeyError(name)
        return tag

    def _archive(self, given: Given) -> Given:
        course = self._course(given)
        course.status = "archived"
        return self.shown(course)

    def _restore(self, given: Given) -> Given:
        course = self._course(given)
        course.status = "published"
        return self.shown(course)

    def _delete(self, given: Given) -> Given:
        course = self._course(given)
        self._company.courses.delete(course)
        return self.shown(course)

    def _edit(self, given: Given) -> Given:
        course = self._course(given)
        edited = orjson.dumps(course.sent() | dict(given["fields"]))
        self._company.courses.rewrite(course, edited)
        return self.shown(course)

    def _launch(self, given: Given) -> Given:
        course, user = self._course(given), self._user(given)
        instant = self._company.clock.milliseconds()
        return self._company.attempts.launch(course, user, instant).shown()

    def _put_on(self, given: Given) -> Given:
        course, name, tags = self._course(given), given["name"], self._company.tags
        tag = tags.named(name) or tags.create(name)
        tags.put(course, [*course.tags, tag.id])
        return self.shown(course)

    def _take_off(self, given: Given) -> Given:
        course, tag = self._course(given), self._tag(given["name"])
        self._company.tags.put(course, [one for one in course.tags if one != tag.id])
        return self.shown(course)

    def _rename_tag(self, given: Given) -> Given:
        tag, name = self._tag(given["name"]), given["to"]
        if self._company.tags.named(name):
            raise KeyError(f"{name} is the name of another tag")
        tag.name = name
        return tag.shown()

    def _delete_tag(self, given: Given) -> Given:
        tag = self._tag(given["name"])
        self._company.tags.delete(tag)
        return tag.shown()

    def _add_integration(self, given: Given) -> Given:
        settings = {"groupId": ROOT_GROUP, "authorId": AUTHOR, "defaultCompletion": False}
        return self._company.courses.integrate(settings | dict(given["settings"])).shown()

    def _edit_integration(self, given: Given) -> Given:
        integration = self._integration(given.get("platform"))
        integration.settings = integration.settings | dict(given["settings"])
        return integration.shown()

    def _delete_integration(self, given: Given) -> Given:
        integration = self._integration(given.get("platform"))
        archived = self._company.courses.close(integration)
        return integration.shown() | {"archived": archived}

    def _integration(self, platform: str | None) -> Integration:
        """Find an integration by its platform's name; without a name, the only one."""
        active = self._company.courses.active()
        fitting = [one for one in active if platform in (None, one.settings["externalPlatform"])]
        if len(fitting) != 1:
            raise KeyError(f"platform: {len(fitting)} integrations fit, expected 1")
        return fitting[0]

    def _add_user(self, given: Given) -> Given:
        lang, status = given.get("lang", "en"), given.get("status", "active")
        return self._company.world.add_user(given["mail"], lang, status)

    def _set_user_status(self, given: Given) -> Given:
        user = self._user(given)
        user["status"] = given["status"]
        return user

    def _set_mail(self, given: Given) -> Given:
        user = self._user(given)
        self._company.world.set_mail(user, given["to"])
        return user

    def _set_role(self, given: Given) -> Given:
        group, user = given.get("group", ROOT_GROUP), self._user(given)
        self._company.world.set_role(user, group, given["role"])
        return {"group": group, "userId": user["_id"], "role": given["role"]}
