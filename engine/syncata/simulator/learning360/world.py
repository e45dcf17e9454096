"""The company the simulator starts with: groups, users, roles. Ids are fixed and documented."""

from dataclasses import dataclass, field
from typing import Any

from syncata.simulator.people import learner_mail

Record = dict[str, Any]

COMPANY = "5f0000000000000000000001"
ROOT_GROUP = "600000000000000000000001"
SUB_GROUP = "600000000000000000000002"
PRIVATE_GROUP = "600000000000000000000003"
TEAM_GROUP = "600000000000000000000004"

OWNER = "610000000000000000000001"
AUTHOR = "610000000000000000000002"
FORMER = "610000000000000000000003"
INVITED = "610000000000000000000004"

OWNER_MAIL = "owner@example.com"
AUTHOR_MAIL = "author@example.com"
FORMER_MAIL = "former@example.com"
INVITED_MAIL = "invited@example.com"

RESERVED = frozenset(
    name.casefold()
    for name in ("LinkedIn Learning", "Udemy Business", "Go1", "Coursera", "OpenSesame")
)
"""Platform names of the vendor's own connectors; the switch `reserved` adds to them."""


def is_reserved(name: str, more: frozenset[str]) -> bool:
    """Whether a platform name belongs to a connector of the vendor."""
    return name.casefold() in RESERVED | {one.casefold() for one in more}


def object_id(kind: int, number: int) -> str:
    """Return a 24-digit id; `kind` keeps ids of different things apart."""
    return f"{kind:02x}{number:022x}"


def learner_id(number: int) -> str:
    """Return the id of learner number 1, 2, …"""
    return object_id(0x62, number)


@dataclass(slots=True)
class World:
    """Users, groups and roles of one company."""

    learners: int
    groups: list[Record] = field(default_factory=list)
    users: list[Record] = field(default_factory=list)
    roles: dict[str, list[Record]] = field(default_factory=dict)
    _by_id: dict[str, Record] = field(default_factory=dict)
    _by_mail: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fill the world."""
        self.groups = [
            {"_id": ROOT_GROUP, "name": "Demo company", "public": True},
            {"_id": SUB_GROUP, "name": "Sales", "public": True, "parentId": ROOT_GROUP},
            {"_id": PRIVATE_GROUP, "name": "Board", "public": False, "parentId": ROOT_GROUP},
            {"_id": TEAM_GROUP, "name": "Sales, north", "public": True, "parentId": SUB_GROUP},
        ]
        self.users = [
            _user(OWNER, OWNER_MAIL, "active", "en", "Olivia"),
            _user(AUTHOR, AUTHOR_MAIL, "active", "fr", "Aurélie"),
            _user(FORMER, FORMER_MAIL, "deleted", "en", "Fred"),
            _user(INVITED, INVITED_MAIL, "invited", "de", "Ines"),
        ]
        self.users += [_learner(number) for number in range(1, self.learners + 1)]
        learners = [_role(user["_id"], "learner") for user in self.users[4:]]
        self.roles = {
            ROOT_GROUP: [_role(OWNER, "owner"), _role(AUTHOR, "editor"), *learners],
            SUB_GROUP: [_role(OWNER, "admin"), _role(AUTHOR, "admin"), *learners[:10]],
            PRIVATE_GROUP: [_role(OWNER, "admin")],
            TEAM_GROUP: [_role(AUTHOR, "editor")],
        }
        self._by_id = {user["_id"]: user for user in self.users}
        self._by_mail = {user["mail"].casefold(): user for user in self.users}

    def group(self, group_id: object) -> Record | None:
        """Return a group by id."""
        return next((group for group in self.groups if group["_id"] == group_id), None)

    def user(self, user_id: object) -> Record | None:
        """Return a user by id."""
        return self._by_id.get(user_id) if isinstance(user_id, str) else None

    def user_of(self, mail: str) -> Record | None:
        """Return a user by e-mail, whatever its case."""
        return self._by_mail.get(mail.casefold())

    def memberships(self, user_id: str) -> list[Record]:
        """Return the roles of a user, each with its group."""
        return [
            {"groupId": group_id, "role": held["role"]}
            for group_id, roles in self.roles.items()
            for held in roles
            if held["userId"] == user_id
        ]

    def add_user(self, mail: str, lang: str = "en", status: str = "active") -> Record:
        """Add a learner of the root group."""
        user = _user(object_id(0x63, len(self.users)), mail, status, lang, "New")
        self.users.append(user)
        self._by_id[user["_id"]] = self._by_mail[mail.casefold()] = user
        self.roles[ROOT_GROUP].append(_role(user["_id"], "learner"))
        return user

    def set_mail(self, user: Record, mail: str) -> None:
        """Give a user another e-mail."""
        self._by_mail.pop(user["mail"].casefold(), None)
        user["mail"] = user["username"] = mail
        self._by_mail[mail.casefold()] = user

    def set_role(self, user: Record, group_id: str, role: str | None) -> None:
        """Give a user this one role in a group, or none; raises KeyError for an unknown group."""
        others = [one for one in self.roles[group_id] if one["userId"] != user["_id"]]
        self.roles[group_id] = others + ([_role(user["_id"], role)] if role else [])


def _user(user_id: str, mail: str, status: str, lang: str, first: str) -> Record:
    return {
        "_id": user_id,
        "mail": mail,
        "username": mail,
        "status": status,
        "lang": lang,
        "firstName": first,
        "lastName": "Example",
        "primaryGroupId": ROOT_GROUP,
    }


def _learner(number: int) -> Record:
    lang = ("en", "fr", "de", "es")[number % 4]
    return _user(learner_id(number), learner_mail(number), "active", lang, f"Learner {number}")


def _role(user_id: str, role: str) -> Record:
    return {"userId": user_id, "role": role}
