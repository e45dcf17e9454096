"""Codes of names, functions and references."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN301",
        "Unknown name",
        "No value and no definition has this name.",
        "$setings.host",
        "Correct the name; a field of the record is written without `$`.",
    ),
    Code(
        "SYN302",
        "Name not known here",
        (
            "Each place sees certain names only: a base URL knows no record, a mapping no answer. "
            "`$parent` needs `each` in the sync, `$current` needs `read` in the operation, and "
            "`$find` and `$rank` stand in conditions and mappings, `$ref` in no key."
        ),
        'base_url: "https://{$key}.example.com"',
        "Use what the place knows; the table of places and names tells.",
    ),
    Code(
        "SYN303",
        "No record here",
        "A field or `$` stands where there is no record.",
        'base_url: "https://{tenant}.example.com"',
        "Use `$settings`, or quotes for a plain text.",
    ),
    Code(
        "SYN304",
        "Unknown function",
        "There is no function of that name.",
        "$uppercas(title)",
        "Correct the name.",
    ),
    Code(
        "SYN305",
        "Unknown setting",
        "The setting is not declared.",
        "{$settings.ur}",
        "Declare it under `settings`, or correct the name.",
    ),
    Code(
        "SYN306",
        "Unknown look-up",
        "The look-up is not declared.",
        "$lookups.author.id",
        "Declare it under `target.lookups`, or correct the name.",
    ),
    Code(
        "SYN307",
        "Secret not visible here",
        (
            "Secrets are seen by authentication, headers and requests only, so that none ends up "
            "in a payload, a plan or a log."
        ),
        "map: {name: $settings.token}",
        "Use a setting that is not secret.",
    ),
    Code(
        "SYN308",
        "Reference to an unknown sync",
        "`$ref` or `$has` names a sync that does not exist.",
        "$ref('product', id)",
        "Correct the name.",
    ),
    Code(
        "SYN309",
        "Reference is not clear",
        (
            "`$ref` and `$has` need the sync's name as a plain text, and a key unless the sync "
            "has a single record."
        ),
        "$ref(kind, id)",
        "Write `$ref('courses', id)`.",
    ),
    Code(
        "SYN310",
        "Syncs refer to each other",
        "Each sync would have to come after the other.",
        "a refers to b, b refers to a",
        "Take one of the references away.",
    ),
    Code(
        "SYN327",
        "Definitions use each other",
        "A definition needs its own value.",
        "definitions: {a: $b, b: $a}",
        "Write one of them without the other.",
    ),
    Code(
        "SYN332",
        "Name is taken",
        "A definition has the name of a value or of a function, which it would hide.",
        "definitions: {settings: '{\"a\": 1}'}",
        "Give the definition another name.",
    ),
    Code(
        "SYN333",
        "Definition is a function",
        "A definition is computed once per run and is a value.",
        "short: function($text) {$substring($text, 0, 80)}",
        "Write the function into the expressions that use it.",
    ),
    Code(
        "SYN337",
        "Key of a lone record can change",
        (
            "Others refer to the record of a sync from settings without a key. If that key could "
            "change, two records would be live, and nothing would say which one is meant."
        ),
        "key: folder  # $ref('folder') elsewhere; the setting folder is no identity",
        "Write `identity: true` in each setting that the key reads.",
    ),
    Code(
        "SYN325",
        "Clock without `volatile`",
        (
            "The time, or chance, changes the result although the record did not: it would be "
            "written anew in every run, or never."
        ),
        "map: {seen: $now()}",
        "Write `volatile: true` in the sync, if that is wanted.",
    ),
    Code(
        "SYN330",
        "Field not in the schema",
        (
            "A path names a field, at whatever depth, that the schema of the records does not "
            "have, or steps into a text or a number. An error if the schema is closed, else a "
            "warning, and that only where another field is called nearly the same."
        ),
        "map: {name: titel, image: image.bigUlr}",
        "Correct the field, or add it to the schema.",
    ),
    Code(
        "SYN340",
        "Look-up used the wrong way",
        (
            "A look-up with `by` is asked for keys: `$find('user', email)`, its name a plain text. "
            "One without `by` is a single value: `$lookups.owner`."
        ),
        "map: {owner: $lookups.user.id}  # user has by: mail",
        "Write `$find('user', email).id`; or take `by` away, or add it.",
    ),
    Code(
        "SYN341",
        "Rank without a list as key",
        (
            "`$rank()` is the place of a record among those whose keys differ in the last part "
            "only, so the key must be a list of two parts or more."
        ),
        "key: id; map: {attempt: $rank()}",
        "Write for example `key: '[email, course, started_at]'`.",
    ),
    Code(
        "SYN342",
        "Personal data in a key",
        (
            "The key, or the order, reads a field that the stream's schema marks as `personal`. "
            "Keys are kept in the ledger and shown in plans and reports as they are."
        ),
        "key: '[email, course]'  # email is personal",
        "Write `person: email`: the key then holds a keyed hash, and `forget` finds the record.",
    ),
)
