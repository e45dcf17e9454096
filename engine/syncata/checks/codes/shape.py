"""Codes of the first pass: keys, types and words."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN101",
        "Unknown key",
        "The language has no such key at this place.",
        "request: {path: /items, parms: {a: b}}",
        "Correct the key; `syncata schema` shows what there is.",
    ),
    Code(
        "SYN102",
        "Key is missing",
        "Something that the language needs is not there.",
        "streams: {items: {request: {path: /items}}}  # no key",
        "Add the key.",
    ),
    Code(
        "SYN103",
        "Wrong type",
        "A text stands where a number is expected, or the like.",
        "cap: many",
        "Write a value of the type named.",
    ),
    Code(
        "SYN104",
        "Not one of the words",
        "Only certain words are possible here.",
        "on_missing: delete",
        "Write one of the words named.",
    ),
    Code(
        "SYN105",
        "Wrong form",
        "A text does not have the form needed: a name, a rate, a share, a path.",
        "limits: {reads: 50 per second}",
        "Follow the form named, for example 50/s.",
    ),
    Code(
        "SYN106",
        "Number out of range",
        "A number is smaller or greater than possible.",
        "guards: {misses: 0}",
        "Write a number in the range named.",
    ),
    Code(
        "SYN107",
        "Too few or too many",
        "A list or an object has not enough elements.",
        "done: []",
        "Add what is missing.",
    ),
    Code(
        "SYN109",
        "Does not fit",
        "A value does not fit the language in a rarer way.",
        "a value that fits several forms at once",
        "Follow the message.",
    ),
    Code(
        "SYN501",
        "Not available in this version",
        (
            "The word belongs to the language, but this version does not do what it says. Doing "
            "half of it would be worse."
        ),
        "syncs: {orders: {fold: order_id}}",
        "Leave it out, or use a later version.",
    ),
)
