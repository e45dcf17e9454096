"""Codes of syncs, resources, schema files and schedules."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN311",
        "Unknown stream",
        "`from` names no stream of the source.",
        "from: product",
        "Correct the name, or write `settings`.",
    ),
    Code(
        "SYN312",
        "Unknown resource",
        "`to` names no resource of the target.",
        "to: itme",
        "Correct the name.",
    ),
    Code(
        "SYN313",
        "Required field not mapped",
        "`require` names a field that `map` does not give.",
        "require: [nam]",
        "Map the field, or take it out of `require`.",
    ),
    Code(
        "SYN314",
        "Operation is missing",
        (
            "What the sync or the resource asks for needs an operation that the resource does not"
            " have."
        ),
        "on_missing: archive  # the resource has no archive",
        "Add the operation, or ask for something else.",
    ),
    Code(
        "SYN315",
        "Absence is not provable",
        "A record that is not read may only be archived or removed with proof that it is gone.",
        "on_missing: archive  # the stream has no absent",
        "Give the stream an `absent` look-up, or write `on_missing: keep`.",
    ),
    Code(
        "SYN316",
        "PATCH without `omitted`",
        (
            "PATCH leaves fields that are not sent; a value that is no longer desired would stay "
            "for ever."
        ),
        "update: {request: {method: PATCH, …}}",
        "Write `omitted: null`, `empty`, `leave` or `replaced`.",
    ),
    Code(
        "SYN317",
        "Resource cannot be written",
        (
            "A resource has either `upsert`, or `create` with `update`. `update` can be missing "
            "where nothing ever changes: every sync to the resource says `final: 'true'`, nothing "
            "is archived, and `observe` compares no fields."
        ),
        "resources: {item: {find: …}}",
        "Add what is missing, or take one away.",
    ),
    Code(
        "SYN318",
        "No schema file",
        "The file named by `schema` is in none of the folders, or a link there leads out of them.",
        "schema: shop/prodct.schema.json",
        "Correct the name, or put the file into the folder `schemas`.",
    ),
    Code(
        "SYN319",
        "Not a JSON Schema",
        "The file is not JSON, not draft-07, refers to other files, or holds references that lead "
        "back to themselves or grow beyond what can be judged.",
        '{"type": "objekt"}',
        "Correct the file.",
    ),
    Code(
        "SYN320",
        "Field not in the resource's schema",
        "The target accepts certain fields only.",
        "map: {nmae: title}",
        "Correct the field's name.",
    ),
    Code(
        "SYN321",
        "Field of the resource's schema not mapped",
        "The target requires a field that `map` does not give: every record would be rejected.",
        "required: [name, url]  # map gives name",
        "Map the field.",
    ),
    Code(
        "SYN322",
        "Schedule names an unknown sync",
        "A schedule runs syncs of the spec.",
        "syncs: [product]",
        "Correct the name.",
    ),
    Code(
        "SYN323",
        "Cron expression not understood",
        "Five fields are needed, each in its range.",
        'cron: "0 25 * * *"',
        'Write for example "0 8 * * *".',
    ),
    Code(
        "SYN324",
        "Unknown time zone",
        "Neither an IANA zone nor a fixed offset.",
        "timezone: Europe/Pariss",
        "Write Europe/Paris, or +01:00.",
    ),
    Code(
        "SYN326",
        "Batch, job and results do not fit",
        (
            "`job` and `results` belong to operations with `batch`; `id`, `conflict` and `read` to "
            "those without. `create` sends one record per request in this version: a batch of "
            "creates cannot be repeated safely."
        ),
        "upsert: {request: …, job: …}  # no batch",
        "Follow the message.",
    ),
    Code(
        "SYN328",
        "Sync without key",
        (
            "The single record made of settings has no key of its own, and neither have the parts "
            "that `each` makes of a record."
        ),
        "from: settings  # no key",
        "Write for example `key: platform_name`, or `key: $lowercase(name)` over one part.",
    ),
    Code(
        "SYN329",
        "Word without effect",
        (
            "`on_excluded` needs `where`, `on_disabled` needs `when`. `repeatable` belongs to "
            "`create`, `undone_by_write` to an `archive` without `restore`. In look-ups `fold`, "
            "`batch` and `missing` need `by`, and `when`, `one` and `message` stand without it."
        ),
        "on_excluded: archive  # no where",
        "Follow the message.",
    ),
    Code(
        "SYN331",
        "Conflict without `find`",
        "A conflict is solved by looking for the thing that is there.",
        "conflict: {when: …}  # no find",
        "Add `find` to the resource.",
    ),
    Code(
        "SYN334",
        "Create could be doubled",
        (
            "A create was sent and its answer was lost. The next run can only look for the thing "
            "with `find`, or create it again."
        ),
        "create: {request: …}  # no find",
        (
            "Add `find` to the resource. If sending the create twice makes one thing, because the "
            "target recognizes it, write `repeatable: true` in `create`."
        ),
    ),
    Code(
        "SYN335",
        "Archived things would not come back",
        "A record that comes back must be brought back in the target, and nothing says how.",
        "archive: {request: …}  # no restore",
        (
            "Add `restore` to the resource. If upsert or update brings an archived thing back, "
            "write `undone_by_write: true` in `archive`."
        ),
    ),
    Code(
        "SYN336",
        "Absence is asked for other keys",
        (
            "The stream's `absent` look-up knows the keys of the stream. A sync with a `key` of "
            "its own, with `each` or with `person` would ask it for others, and take every record "
            "for gone."
        ),
        "key: number  # the stream has key: id; on_missing: archive",
        "Write `on_missing: keep`, or leave `key` out of the sync.",
    ),
    Code(
        "SYN338",
        "Batch is no list",
        (
            "The body of a batch with `job` or `results` must hold exactly one list with an entry "
            "per record, at its top or one level down. With one record `$keys.{…}` is no list: "
            "JSONata turns a list of one into the thing itself."
        ),
        "body: {items: \"{$keys.{'id': $}}\"}",
        "Write `[$keys.{…}]`.",
    ),
    Code(
        "SYN339",
        "Search says nothing, or twice",
        (
            "`find` has either `by`, which yields what a candidate is known by, or `where`, which "
            "is true for the one that is meant."
        ),
        "find: {request: {path: /things}, id: id}",
        "Write `by: name` or `where: name = $key`.",
    ),
    Code(
        "SYN343",
        "Listed things cannot be recognized",
        (
            "`observe.list` compares by the target's ids. Nothing tells them: no operation and no "
            "results have `id`, and there is no `find`."
        ),
        "observe: {list: {request: {path: /things}, id: id}}  # upsert has no id",
        "Write `id` in the operation or in its results, or use `observe.one`.",
    ),
    Code(
        "SYN350",
        "Scope that nobody needs",
        (
            "`doctor` asks a check with `scopes` only where a sync writes a resource that `needs` "
            "one of them. No resource needs this one, so it would never be looked at."
        ),
        "checks: [{scopes: [user:read], …}]  # a resource needs users:read",
        "Correct the scope, or write it under `needs` of the resource that takes it.",
    ),
)
