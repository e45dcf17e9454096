"""The engine against a model: a source that changes, faults, kills, people; and what must hold.

Invariants, by the numbers of docs/guarantees.md: after every run nothing is confirmed that the
target does not hold (I3), nothing was done twice (I4), nothing was archived without reason (I5),
the ledger's file is sound; a second writer is refused (I6); a plan is carried out as shown or
refused (I10). After a run that nothing disturbs the target is what the model says (I1), and one
more sends nothing (I2).
"""

import json
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.acceptance.world import SPEC
from tests.guarantees.judging import Judge, claimed_in_vain
from tests.guarantees.place import Ended, Place, Zygote, place

from syncata.ledger import open_ledger
from syncata.simulator.people import learner_mail

ALL = [f"c{number}" for number in range(1, 7)]
KEYS = st.sampled_from(ALL)
TITLES = st.sampled_from(["aa", "bb", "cc"])  # few: what was before comes back
MAILS = st.sampled_from([learner_mail(1), learner_mail(2)])
Edit = tuple[str, str, str, str]  # what, key, title, mail
WHAT = ["put", "close", "take away", "learn", "spec", "days", "archive_course", "edit_course"]
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(st.sampled_from(["put", "put", *WHAT]), KEYS, TITLES, MAILS), min_size=1, max_size=4
)
BULK, OPERATIONS = "/api/v2/bulk/integrations", "/api/v2/bulk/operations"

Switches = tuple[dict[str, Any], dict[str, Any]]  # of source and target

# What leaves a run in doubt about what it has sent.
DOUBTS: dict[str, Switches] = {
    "the bulk request's answer is lost": ({}, {"drop_connection": f"1@{BULK}"}),
    "all bulk answers are lost": ({}, {"drop_connection": f"on@{BULK}"}),
    "half of the bulk answer": ({}, {"truncated": f"1@{BULK}"}),
    "bulk requests fail": ({}, {"http_500": f"on@{BULK}"}),
    "a bulk request fails": ({}, {"http_500": f"1@{BULK}"}),
    "bulk answers are lost, jobs cannot be read": (
        {},
        {"drop_connection": f"on@{BULK}", "http_500": f"on@{OPERATIONS}"},
    ),
    "jobs cannot be read": ({}, {"http_500": f"on@{OPERATIONS}"}),
    "jobs do not end": ({}, {"job_stuck": True}),
    "jobs do not end, answers are lost": (
        {},
        {"job_stuck": True, "drop_connection": f"on@{BULK}"},
    ),
    "results break off": ({}, {"truncated": "1@/results"}),
    "singles are lost": ({}, {"drop_connection": "1@PUT /api/v2/courses"}),
    "the integration's answer is lost": ({}, {"drop_connection": "1@POST /api/v2/integrations"}),
}
FAULTS: dict[str, Switches] = {
    "nothing": ({}, {}),
    "results in another order": ({}, {"shuffle_results": True}),
    "too many requests": ({"http_429": "every 3"}, {"http_429": "every 3"}),
    "everything fails now and then": ({"http_500": "every 4"}, {"http_500": "every 4"}),
    "a page is no data": ({"html_200": "1@/resources"}, {}),
    "a page is half": ({"half_body": "1@/resources"}, {}),
    "the catalogue is empty": ({"empty_catalogue": True}, {}),
    "the source is away": ({"http_500": "on"}, {}),
    "a job breaks off": ({}, {"job_error": 1}),
    "results are missing": ({}, {"missing_results": 1}),
    "jobs are forgotten": ({}, {"lost_jobs": True}),
}
# The target has done what it does not tell: that is asked for again.
UNTOLD = ("a job breaks off", "results are missing", "jobs are forgotten")
# Steps at which the target has done something that nobody wrote down, and any others.
KILLS = st.one_of(
    st.sampled_from(
        [f"{method} {BULK}" for method in ("PUT", "POST", "DELETE")]
        + ["POST /api/v2/integrations", "PUT /api/v2/courses"]
    ),
    st.integers(1, 45),
)
SWITCHES = {**DOUBTS, **FAULTS}
THEN = st.sampled_from(
    ["", "", "a good run", "a good run", "somebody else writes", "plan, apply", "plan, run, apply"]
)
How = tuple[str, int | str]  # the fault, and the step at which it is killed, or 0
HOW: st.SearchStrategy[How] = st.one_of(
    st.tuples(st.just("nothing"), KILLS),
    st.tuples(st.sampled_from(sorted(DOUBTS)), st.just(0)),
    st.tuples(st.sampled_from(sorted(SWITCHES)), st.one_of(st.just(0), KILLS)),
)
GUARDS = {"above": 4}
MISSES = 2

Written = set[tuple[str, str]]  # method and key

ENDS = (0, 4, 5, 7)  # 4: a page of HTML may be a login page
SHOUTED = ("name: 'title ? $trim(title)'", "name: 'title ? $uppercase($trim(title))'")


class Machine(RuleBasedStateMachine):
    """One connection, and what its target must come to hold. `runs` counts over all machines."""

    zygote: ClassVar[Zygote]
    variant: ClassVar[Path]  # the packaged spec, but titles are in capitals
    runs: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.place: Place = self.stack.enter_context(place(self.zygote, pace=50))
        self.judge = Judge(self.place.target)
        self.source: dict[str, tuple[str, bool]] = {}  # title, and whether it is open
        self.gone: dict[str, int] = {}  # how many runs may have missed what was taken away
        self.learned: set[tuple[str, str]] = set()
        self.ahead: set[str] = set()  # the target holds more than was confirmed, or other things
        self.untold: set[str] = set()  # the target may have made them, and told nobody
        self.untouched = set(ALL)
        self.shouts = False
        self.held = ""
        self.place.connect(guards=GUARDS)

    def teardown(self) -> None:
        """Let everything go, also after a failure."""
        self.stack.close()

    @initialize(keys=st.sets(KEYS, min_size=1))
    def begin(self, keys: set[str]) -> None:
        """Some courses are there."""
        for key in sorted(keys):
            self.put(key, "aa")

    # One rule: hypothesis would leave out one of several in most of its examples.
    @rule(edits=EDITS, how=HOW, then=THEN, key=KEYS)
    def day(self, edits: list[Edit], how: How, then: str, key: str) -> None:
        """Things change, a run that tells the target meets a fault, or is killed, or both; then
        perhaps somebody does something, or a run is left in peace."""
        self._edit(edits)
        fault, kill = how
        source, target = SWITCHES[fault]
        self.place.edflex.fault(**source)
        self.place.target.fault(**target)
        self._judged(self._run(kill=kill), fault)
        self.place.edflex.fault(**dict.fromkeys(source))
        self.place.target.fault(**dict.fromkeys(target))

        self._then(then, key)

    def _then(self, what: str, key: str) -> None:
        if self.held:
            self.decide("approve" if key < "c4" else "reject")
        elif what == "somebody else writes":
            self.second_writer()
        elif what == "a good run":
            self.good_run()
        elif what:
            self.plan_and_apply(key, moved="run" in what)

    def _edit(self, edits: list[Edit]) -> None:
        for what, key, title, mail in edits:
            match what:
                case "put":
                    self.put(key, title)
                case "close":
                    self.close(key)
                case "take away":
                    self.take_away(key)
                case "learn":
                    self.learn(mail, key)
                case "spec":
                    self.edit_spec(shouts=title == "aa")
                case "days":
                    self.place.pass_days({"aa": 1, "bb": 2, "cc": 8}[title])
                case _:
                    self.meddle(key, what)

    def put(self, key: str, title: str) -> None:
        """A course is there, open, with this title."""
        self.place.edflex.put(key, title=title)
        self.source[key] = title, True

    def close(self, key: str) -> None:
        """A course closes."""
        if key in self.source:
            self.place.edflex.patch(key, status="closed")
            self.source[key] = self.source[key][0], False

    def take_away(self, key: str) -> None:
        """A course is not in the catalogue any more."""
        if key in self.source and len(self.source) > 1:
            self.place.edflex.remove(key)
            del self.source[key]
            self.gone.setdefault(key, 0)

    def learn(self, mail: str, key: str) -> None:
        """A learner begins what the target has."""
        if (key, mail) not in self.learned and self.place.target.course(key) is not None:
            self.place.edflex.learn(mail, key, status="in progress", completed_at=None)
            self.learned.add((key, mail))

    def meddle(self, key: str, action: str) -> None:
        """Somebody changes a course on the target; once each, for what is always changed again is
        left alone."""
        if key in self.untouched and key in self.place.target.courses():
            self.place.target.hand(action, externalId=key, fields={"name": "By hand"})
            self.untouched.discard(key)
            self.ahead.add(key)

    def edit_spec(self, *, shouts: bool) -> None:
        """The spec says otherwise how titles are written, or as before."""
        self.shouts = shouts
        self.place.connect(guards=GUARDS, spec=str(self.variant) if shouts else None)

    def decide(self, word: str) -> None:
        """Somebody decides about the run that was held."""
        ended = self.place.attempt(word, self.held)
        assert ended.code == 0, ended.err
        self.held = ""

    def second_writer(self) -> None:
        """While somebody has the ledger, a run is refused at once and sends nothing."""
        if not self.place.ledger.exists():
            return
        mark = self.place.target.mark()
        with closing(open_ledger(self.place.ledger)):
            assert self.place.attempt().code == 8
        assert self.place.target.writes(mark) == []

    def plan_and_apply(self, key: str, *, moved: bool) -> None:
        """A plan is carried out as it was shown whatever the source says now, or refused because
        the ledger has moved."""
        plan = self.place.path("plan.db")
        plan.unlink(missing_ok=True)
        shown = self.place.attempt("plan", "main", "--json", "-o", str(plan))
        if shown.code != 0 or self._open_batches():
            return
        self.put(key, "cc")
        if moved:
            self._judged(self._run(), "nothing")
        ended = self._run("apply", "main", str(plan), "--json")
        if moved:
            assert ended.code == 9
            assert self.place.target.writes(self.before) == []
            return
        must, may = _shown(json.loads(shown.out))
        written = _written(self.place, self.before)
        assert written <= must | may
        assert must <= written or ended.code != 0
        self._judged(ended, "nothing", of_now=False)

    def good_run(self) -> None:
        """Nothing disturbs: after some runs all is as the model says, and then nothing is sent."""
        good = 0
        for _ in range(8):
            ended = self._run()
            self._judged(ended, "nothing")
            good += ended.code == 0
            if ended.code == 7:
                assert self.place.attempt("approve", self.held).code == 0
            elif good == (MISSES if self.gone.keys() - self.source.keys() or self.ahead else 1):
                break
        assert ended.code == 0, f"{ended.code}: {ended.out[-2000:]}"
        # What was edited by hand and closed then is put back once it is open again, and seen.
        self.ahead -= {key for key, (_, is_open) in self.source.items() if is_open}
        assert claimed_in_vain(self.place) == []
        self._holds_what_it_must()
        mark = self.place.target.mark()
        self._judged(self._run(), "nothing")
        assert self.place.target.writes(mark) == []

    def _holds_what_it_must(self) -> None:
        target, titles = self.place.target, {}
        for key, (title, is_open) in self.source.items():
            if is_open:
                titles[key] = title.upper() if self.shouts else title
        shown = target.control("GET", "courses")["courses"]
        there = {c["externalId"]: c["name"] for c in shown if c["status"] == "published"}
        # What closed or went before it was sent again is nobody's: it stays as it was made.
        self.untold -= titles.keys()
        assert {key: there[key] for key in there if key not in self.untold} == titles
        assert {(one["externalId"], one["mail"]) for one in target.attempts()} == self.learned

    def _run(self, *arguments: str, kill: int | str = 0) -> Ended:
        Machine.runs += 1
        self.before = self.place.target.mark()
        return self.place.attempt(*arguments, kill=kill)

    def _judged(self, ended: Ended, fault: str, *, of_now: bool = True) -> None:
        """What must hold after a run; `of_now`: it went by what the source says now."""
        assert ended.was_killed or ended.code in ENDS, f"{ended.code}: {ended.out}\n{ended.err}"
        self.held = ended.result.run["run"] if ended.code == 7 else ""
        # Only what a whole reading has seen again starts at no miss.
        met = self.source.keys() if ended.code == 0 and of_now else set[str]()
        self.gone = {k: n + (k not in self.source) for k, n in self.gone.items() if k not in met}
        if fault in UNTOLD:
            self.judge.forgive()
            self.ahead.update(ALL)
            self.untold |= self.source.keys()
        assert self.place.damage() == []
        assert self.judge.doubled() == []
        assert claimed_in_vain(self.place, self.ahead) == []
        if of_now:
            self._archived_with_reason(self.before)

    def _archived_with_reason(self, since: int) -> None:
        for entry in self.place.target.writes(since):
            if entry["method"] == "DELETE" and "job" in entry:
                for item in entry["body"]["input"]:
                    key = item["externalId"]
                    is_open = self.source.get(key, ("", False))[1]
                    assert not is_open, f"{key} was archived and is open"
                    assert self.gone.get(key, MISSES) >= MISSES, (
                        f"{key} was missing once and archived"
                    )

    def _open_batches(self) -> list[Any]:
        with closing(open_ledger(self.place.ledger, read_only=True)) as ledger:
            return ledger.open_batches()


def write_variant(path: Path) -> None:
    """The packaged spec with titles in capitals."""
    text = SPEC.read_text()
    assert text.count(SHOUTED[0]) == 1
    path.write_text(text.replace(*SHOUTED))


def _shown(plan: dict[str, Any]) -> tuple[Written, Written]:
    """The courses that a plan says are written for certain, and those that may be besides."""
    (courses,) = (sync for sync in plan["syncs"] if sync["sync"] == "courses")
    must, may = set(), set()
    for change in courses["samples"]:
        if change["action"] == "restore":  # and written, too, if it was edited meanwhile
            may.add(("PUT", change["key"]))
        else:
            must.add(("DELETE" if change["action"] == "archive" else "PUT", change["key"]))
    return must, may


def _written(place: Place, since: int) -> Written:
    """The courses that were written."""
    return {
        (entry["method"], item["externalId"])
        for entry in place.target.writes(since)
        if "job" in entry and entry["path"].endswith("/courses")
        for item in entry["body"]["input"]
    }
