"""Everything one run works with: both APIs, the ledger, the run's values, compiled syncs."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncata import __version__
from syncata.api import AnswerRules, text_of
from syncata.checks import explain, spec_schema
from syncata.document import Scalar
from syncata.errors import SpecFailed, UsageError
from syncata.expressions import UNDEFINED, ExpressionError, compile_template
from syncata.ledger import Ledger
from syncata.mapping.compiled import CompiledSync
from syncata.mapping.context import Context, Definitions, Watch
from syncata.mapping.persons import keyed_hash
from syncata.model import key_text
from syncata.spec.connection import DEADLINE, Connection
from syncata.spec.model import Spec, Sync
from syncata.spec.requests import Api, Auth
from syncata.target.keyed import KeyedLookups
from syncata.target.lookups import look_up
from syncata.target.references import PlannedTarget, References, TargetId
from syncata.transport import (
    Accounts,
    ApiKey,
    Basic,
    Bearer,
    ClientCredentials,
    Credentials,
    Endpoint,
    Event,
    NoCredentials,
    Site,
    World,
    forms,
)

Progress = Callable[[str, str, int], None]
Notes = dict[tuple[str, str], int]

NOTED = 100  # different values without a counterpart that a run remembers
NOTED_LENGTH = 80


def _nobody(_stage: str, _name: str, _number: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the world gives a run: time, chance, shared limits, and who watches.

    `watch` is told of every evaluation of a sync's expressions.
    """

    world: World = field(default_factory=World)
    accounts: Accounts = field(default_factory=Accounts)
    observe: Callable[[Event], None] | None = None
    progress: Progress = _nobody
    deadline: float = DEADLINE
    watch: Watch | None = None


@dataclass(slots=True)
class Session:
    """One run's hands.

    `planned` is what references go by while planning. `notes` counts, per sync, source values
    without a counterpart. `functions` are those that requests may call; `lookups` finds things of
    the target by keys.
    """

    connection: Connection
    ledger: Ledger
    source: Endpoint
    target: Endpoint
    context: Context
    syncs: Mapping[str, CompiledSync]
    notes: Mapping[str, Notes]
    world: World
    progress: Progress
    functions: Mapping[str, Callable[..., Any]]
    lookups: KeyedLookups
    planned: References

    async def learn_lookups(self) -> None:
        """Read the look-ups that are one value each; then every sync can judge records.

        Raises SpecFailed, Unavailable, CredentialsRefused.
        """
        scope = self.context.scope()
        lookups = {}
        for name, lookup in self.connection.spec.target.lookups.items():
            if lookup.by is not None:
                continue
            value = await look_up(lookup, self.target, scope)
            if value is not UNDEFINED:
                lookups[name] = value
        self.context.learn_lookups(lookups)
        self.bind(self.references())

    def references(self, planned: PlannedTarget | None = None, mark: str = "") -> References:
        """What `$ref` and `$has` go by: the ledger, and a plan where one is being made."""
        return References(_target_id(self.ledger), planned, mark)

    def bind(self, references: References) -> None:
        """Let every sync judge records; ids that a plan will bring are provisional."""
        self.planned = references
        functions = {**references.functions(), **self.lookups.functions()}
        keyed = keyed_hash(self.ledger.consent.salt)
        for name, compiled in self.syncs.items():
            note = _counting(self.notes[name])
            compiled.bind(self.context, functions, note, keyed=keyed, provisional=references.mark)

    async def fetch(self) -> None:
        """Look up what records asked for. Raises Unavailable, CredentialsRefused."""
        await self.lookups.fetch(self.target, self.context.scope())


@asynccontextmanager
async def open_session(
    connection: Connection, ledger: Ledger, around: Surroundings, now: datetime
) -> AsyncIterator[Session]:
    """Both endpoints of a connection, open for one run that began at `now`."""
    context = Context(Definitions(connection.spec.definitions), connection.settings, now=now)
    public = Context(
        Definitions(connection.spec.definitions), connection.public_settings(), now=now
    )
    source = open_endpoint(connection, "source", context, around)
    target = open_endpoint(connection, "target", context, around)
    references = References(_target_id(ledger))
    spec = connection.spec
    syncs = {name: compiled_sync(spec, sync, around.watch) for name, sync in spec.syncs.items()}
    try:
        yield Session(
            connection=connection,
            ledger=ledger,
            source=source,
            target=target,
            context=public,
            syncs=syncs,
            notes={name: {} for name in syncs},
            world=around.world,
            progress=around.progress,
            functions=references.functions(),
            planned=references,
            lookups=KeyedLookups(connection.spec.target.lookups.values()),
        )
    except ExpressionError as error:
        # A record's fault is caught where the record is; this one is the spec's.
        raise SpecFailed(
            f"{error.position}: {error.code}: {error.message}",
            hint="the expression does not fit what the API answered: correct it in the spec",
        ) from error
    finally:
        await source.aclose()
        await target.aclose()


def _target_id(ledger: Ledger) -> TargetId:
    def target_id(sync: str, key: str | None) -> str | None:
        return ledger.only_target_id(sync) if key is None else ledger.target_id(sync, key)

    return target_id


def compiled_sync(spec: Spec, sync: Sync, watch: Watch | None = None) -> CompiledSync:
    """A sync with its expressions and both record schemas compiled."""
    stream = spec.source.streams[sync.stream] if sync.stream else None
    resource = spec.target.resources[sync.resource]
    return CompiledSync(
        sync,
        source_schema=spec_schema(spec, stream.schema) if stream else None,
        target_schema=spec_schema(spec, resource.schema),
        explain=explain,
        reads=stream.records.text if stream else "",
        watch=watch,
    )


def open_endpoint(
    connection: Connection, side: str, context: Context, around: Surroundings
) -> Endpoint:
    """One API of a connection; `side` is source or target. Nothing is sent yet."""
    spec = connection.spec
    api = spec.source.api if side == "source" else spec.target.api
    text = _Texts(context)
    site = Site(
        name=side,
        base_url=text.of(api.base_url),
        credentials=credentials(api.auth, text.of),
        headers={name: text.of(value) for name, value in api.headers.items()},
        timeout=api.timeout,
        proxy=connection.proxy,
        ca_file=connection.ca_file,
        user_agent=f"syncata/{__version__}",
    )
    return Endpoint(
        site,
        _account(api, site, text, around.accounts),
        deadline=around.world.monotonic() + min(around.deadline, connection.deadline),
        classify=AnswerRules(api.responses, context.scope(), around.world.now),
        redact=redactor(connection),
        observe=around.observe,
        world=around.world,
    )


def _account(api: Api, site: Site, text: "_Texts", accounts: Accounts) -> Any:
    scope = text.of(api.limits.scope) if api.limits.scope else site.base_url
    limits = api.limits
    return accounts.account(
        scope,
        reads=limits.reads,
        writes=limits.writes,
        requests=limits.requests,
        jobs=limits.jobs,
    )


@dataclass(frozen=True, slots=True)
class _Texts:
    """Renders the templates that describe an API."""

    context: Context

    def of(self, text: Scalar) -> str:
        """The text of a template."""
        return text_of(compile_template(text).render(UNDEFINED, self.context.scope()), "")


def credentials(auth: Auth, text: Callable[[Scalar], str]) -> Credentials:
    """What an API's requests are authenticated with."""
    fields = {name: text(value) for name, value in auth.fields.items()}
    match auth.type:
        case "basic":
            return Basic(fields["username"], fields["password"])
        case "bearer":
            return Bearer(fields["token"])
        case "api_key":
            place: Any = auth.place
            return ApiKey(fields["name"], fields["value"], place)
        case "oauth2_client_credentials":
            encoding: Any = auth.encoding
            client_in: Any = auth.client_in
            return ClientCredentials(
                fields["token_url"],
                fields["client_id"],
                fields["client_secret"],
                fields.get("scope", ""),
                encoding,
                client_in,
            )
        case _:
            return NoCredentials()


def redactor(connection: Connection) -> Callable[[str], str]:
    """A function that hides the connection's secrets in a text, however they are spelled there."""
    spelled = {form for secret in connection.secret_values() if secret for form in forms(secret)}
    hidden = sorted(spelled, key=len, reverse=True)

    def redact(text: str) -> str:
        for value in hidden:
            text = text.replace(value, "***")
        return text

    return redact


def _counting(notes: Notes) -> Callable[[str, Any], None]:
    def note(label: str, value: Any) -> None:
        pair = (label, key_text(value)[:NOTED_LENGTH])
        if pair not in notes and len(notes) >= NOTED:
            pair = (label, "(other values)")
        notes[pair] = notes.get(pair, 0) + 1

    return note


def chosen_syncs(connection: Connection, names: tuple[str, ...]) -> list[Sync]:
    """The syncs a command is about, in the order of their references. Raises UsageError."""
    known = connection.spec.syncs
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"there is no sync {', '.join(unknown)} in {connection.spec.name}",
            hint=f"its syncs are {', '.join(known)}",
        )
    return [sync for name, sync in known.items() if not names or name in names]
