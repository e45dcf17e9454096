"""The target: its look-ups, what it holds already, and what the spec has to check."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from syncata.doctor.diagnosis import Diagnosis, failed
from syncata.doctor.needs import active_syncs, needs_of
from syncata.doctor.probe import Probe
from syncata.doctor.search import search_any, search_one
from syncata.doctor.sides import Question, Side
from syncata.errors import Exit, SpecFailed
from syncata.expressions import UNDEFINED, compile_expression
from syncata.mapping.context import Definitions
from syncata.session import Session
from syncata.spec.model import Lookup
from syncata.target.lookups import look_up


async def questions(session: Session, side: Side) -> list[Diagnosis]:
    """Everything to ask of the target. A cause is told once: what follows from it is a note."""
    lookups = await _lookups(session, side)
    scope, needs = session.context.scope(), needs_of(session, active_syncs(session))
    probes = [Probe(check, needs) for check in session.connection.spec.target.checks]
    wanted = [probe for probe in probes if probe.is_wanted(scope)]
    broken = any(diagnosis.state == "failed" for diagnosis in lookups)
    checks = [d for probe in wanted for d in await _check(session, side, probe, broken=broken)]
    searches = [d for what, ask in _searches(session) for d in await side.ask(what, ask)]
    told = any(check.code is Exit.CREDENTIALS for check in checks)
    return [
        *(_following(told, diagnosis) for diagnosis in (*lookups, *searches)),
        *checks,
        *_untested(needs, wanted),
    ]


async def _lookups(session: Session, side: Side) -> list[Diagnosis]:
    """Every look-up that is a value; those that were found are known from here on."""
    values: dict[str, Any] = {}
    answers = [
        diagnosis
        for name, lookup in session.connection.spec.target.lookups.items()
        if lookup.by is None
        for diagnosis in await side.ask(
            f"look-up {name}", partial(_look_up, session, lookup, values)
        )
    ]
    try:
        session.context.learn_lookups(values)
    except SpecFailed as error:
        answers.append(failed("definitions", error))
    session.bind(session.references())
    return [answer for answer in answers if answer is not _UNUSED]


_UNUSED = Diagnosis("", "a look-up whose condition does not hold")


async def _look_up(
    session: Session, lookup: Lookup, values: dict[str, Any], subject: str
) -> Diagnosis:
    value = await look_up(lookup, session.target, session.context.scope())
    if value is UNDEFINED:
        return _UNUSED
    values[lookup.name] = value
    return Diagnosis(subject, "found")


async def _check(session: Session, side: Side, probe: Probe, *, broken: bool) -> list[Diagnosis]:
    """What a check says; or, where it goes by look-ups and one is broken, that it says nothing."""
    if broken and _reads_lookups(session, probe):
        found = "not looked at: it needs a look-up that failed"
        return [Diagnosis(f"{side.name}: {probe.title}", found, "see to the look-up first")]
    ask = partial(probe.verdict, session.target, session.context.scope())
    return await side.ask(probe.title, ask)


def _reads_lookups(session: Session, probe: Probe) -> bool:
    texts = session.connection.spec.definitions
    used = Definitions(texts).names_used(probe.variables)
    read = [compile_expression(texts[name]).variables for name in used]
    return any("lookups" in variables for variables in (probe.variables, *read))


def _searches(session: Session) -> Iterator[tuple[str, Question]]:
    """The one record of each sync that has just one; of other resources anything at all."""
    resources, tried = session.connection.spec.target.resources, set[str]()
    for sync in active_syncs(session):
        find = resources[sync.resource].find
        if find is not None and sync.stream is None:
            yield sync.name, partial(search_one, session, sync, find)
        elif find is not None and not find.only_in_doubt and sync.resource not in tried:
            tried.add(sync.resource)
            yield f"search for {sync.resource}", partial(search_any, session, find)


def _following(told: bool, diagnosis: Diagnosis) -> Diagnosis:
    """A look-up or a search that fails for a scope which a check has named already is a note."""
    if not told or diagnosis.code is not Exit.CREDENTIALS:
        return diagnosis
    found = "not looked at: the credential lacks a scope"
    return Diagnosis(diagnosis.subject, found, "grant the scopes that are named as missing")


def _untested(needs: Iterable[str], asked: Iterable[Probe]) -> Iterator[Diagnosis]:
    tested = {scope for probe in asked for scope in probe.scopes}
    untested = [scope for scope in needs if scope not in tested]
    if untested:
        found = f"cannot be tested: {', '.join(untested)}; the first run will tell"
        yield Diagnosis("target: scopes", found, "see that the credential has them")
