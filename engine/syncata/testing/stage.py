"""A spec made ready for tests: what it reads is given as values, what it writes is its own.

Requests that read become addresses of our own, so that tests need not know in what shape an API
answers. Requests that write stay as they are; marks in their headers tell what they are about.
"""

from dataclasses import replace

from syncata.document import Scalar
from syncata.spec.model import Lookup, Source, Spec, Stream, Sync, Target
from syncata.spec.operations import WITHOUT_RECORD, Find, Observe, Operation, Read, Resource
from syncata.spec.requests import Api, Auth, Limits, Request
from syncata.spec.tests import TargetAnswers
from syncata.testing.held import staged_observe

MARK, KEYS, RECORDS = "x-test-write", "x-test-keys", "x-test-records"
STREAMS, ABSENT, LOOKUPS, FIND, CURRENT = "streams", "absent", "lookups", "find", "current"
LISTED, SINGLE = "listed", "single"

_NO_AUTH = Auth("none", {})
_ANSWER = Scalar.of("$")
_RESPONSE = Scalar.of("$response")


def staged(spec: Spec, answers: TargetAnswers) -> Spec:
    """The spec for one run of a test. Each sync has a resource of its own, called like it."""
    source, target = spec.source, spec.target
    return replace(
        spec,
        source=Source(
            replace(_reached("source", source.api), responses=()),
            {name: _stream(stream) for name, stream in source.streams.items()},
        ),
        target=Target(
            _reached("target", target.api),
            {n: _lookup(k) for n, k in target.lookups.items() if k.by or n in answers.lookups},
            {n: _resource(s, target.resources[s.resource]) for n, s in spec.syncs.items()},
        ),
        syncs={name: replace(sync, resource=name) for name, sync in spec.syncs.items()},
    )


def _reached(side: str, api: Api) -> Api:
    """An API without what keeps others out, or slow."""
    limits = Limits(None, None, None, api.limits.jobs)
    address = Scalar.of(f"https://{side}.test")
    return replace(api, base_url=address, auth=_NO_AUTH, headers={}, limits=limits)


def _read(kind: str, name: str, *, keys: bool = False) -> Request:
    params = {"keys": Scalar.of("{$keys}")} if keys else {}
    return Request("GET", Scalar.of(f"/{kind}/{name}"), params, {}, None)


def _by_key(kind: str, sync: str) -> Request:
    return replace(_read(kind, sync), params={"key": Scalar.of("{$key}")})


def _stream(stream: Stream) -> Stream:
    absent = stream.absent
    if absent is not None:
        absent = replace(absent, request=_read(ABSENT, stream.name, keys=True), records=_ANSWER)
    request = _read(STREAMS, stream.name)
    return replace(
        stream, request=request, pagination=None, records=_ANSWER, count=None, cap=None,
        absent=absent,
    )  # fmt: skip


def _lookup(lookup: Lookup) -> Lookup:
    request = _read(LOOKUPS, lookup.name, keys=lookup.by is not None)
    return replace(lookup, when=None, request=request, pagination=None, result=_RESPONSE, one=False)


def _resource(sync: Sync, resource: Resource) -> Resource:
    operations = {n: _operation(sync.name, op) for n, op in resource.operations.items()}
    find = _find(sync.name, resource.find) if resource.find else None
    seen = resource.observe and _observe(sync, resource.observe)
    return replace(resource, name=sync.name, find=find, operations=operations, observe=seen)


def _observe(sync: Sync, observe: Observe) -> Observe:
    return staged_observe(sync, observe, _read(LISTED, sync.name), _by_key(SINGLE, sync.name))


def _find(sync: str, find: Find) -> Find:
    return replace(find, request=_read(FIND, sync), pagination=None, records=_ANSWER)


def _operation(sync: str, operation: Operation) -> Operation:
    keys = "$string($keys)" if operation.batch else "$string([$key])"
    marks = {
        MARK: Scalar.of(f"{sync} {operation.name}"),
        KEYS: Scalar.of(f"{{$encodeUrlComponent({keys})}}"),
    }
    if operation.batch and operation.name not in WITHOUT_RECORD:
        marks[RECORDS] = Scalar.of("{$encodeUrlComponent($string($records))}")
    request = operation.request
    job, read = operation.job, operation.read
    if job is not None:
        results = replace(job.results, path=Scalar.of("{$location}/results"))
        job = replace(job, results=results)
    return replace(
        operation,
        request=replace(request, headers={**request.headers, **marks}),
        job=job,
        read=_current(sync, read) if read else None,
    )


def _current(sync: str, read: Read) -> Read:
    return replace(read, request=_by_key(CURRENT, sync), pagination=None, result=_RESPONSE)
