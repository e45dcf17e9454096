"""Codes of records that are set aside; the others go on (exit code 6)."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN601",
        "Record has no key",
        "The expression `key` yields nothing, null or an empty text for it.",
        '{"title": "A"}  # key: id',
        "Correct the record at the source, or `key`.",
    ),
    Code(
        "SYN602",
        "Condition cannot be decided",
        (
            "`where` or `live` reads something the record lacks, or one of them or `final` yields "
            "no boolean. Such a record is never archived for it."
        ),
        'live: status = "open"  # no status',
        "Correct the record, or test with `$exists(status) and …`.",
    ),
    Code(
        "SYN603",
        "Expression failed",
        "A mapped field's expression cannot work on this record's values.",
        '$number(price)  # price: "free"',
        "Correct the record, or make the expression tolerate it.",
    ),
    Code(
        "SYN604",
        "Required field is empty",
        "A field of `require` has no value.",
        "require: [imageUrl]  # no picture",
        "Correct the record, or take the field out of `require`.",
    ),
    Code(
        "SYN605",
        "Record does not fit the stream's schema",
        "The source sent something the schema does not allow.",
        '{"id": 7}  # id is a text',
        "Correct the record, or the schema if the API has changed.",
    ),
    Code(
        "SYN606",
        "Payload does not fit the resource's schema",
        "What the mapping yields is nothing the target accepts.",
        "duration: 0  # minimum 1",
        "Correct the mapping.",
    ),
    Code(
        "SYN607",
        "Duplicate key",
        "Several different records of one reading have the same key.",
        '{"id": "1", "title": "A"}, {"id": "1", "title": "B"}',
        "Correct the source, or choose a `key` that tells them apart.",
    ),
    Code(
        "SYN608",
        "Refused by the target",
        "The target accepted the request, but not this record; the message is the target's.",
        "externalId: already used",
        "Correct the record at the source, or the mapping; what changed is sent again.",
    ),
    Code(
        "SYN609",
        "Not JSON text",
        "A value cannot be written as JSON: half of a surrogate pair, or the like.",
        '"\\ud83d"',
        "Correct the record at the source.",
    ),
    Code(
        "SYN610",
        "Key that cannot stand in an address",
        "A value in the path of a request would lead somewhere else.",
        "DELETE /things/..",
        "Correct the record at the source, or choose another `key`.",
    ),
    Code(
        "SYN611",
        "The target holds it already",
        "`find` found a resource that is not ours, and `adopt: never` leaves such ones alone.",
        "adopt: never",
        "Remove it from the target, choose another key, or write `adopt: confirm`.",
    ),
    Code(
        "SYN612",
        "Waited too long",
        (
            "What the record waits for has not come for longer than `guards.give_up_after`: a "
            "record of another sync, or something that a look-up should find."
        ),
        "give_up_after: P90D  # the user is still not there",
        (
            "Bring what is missing to the target, or exclude the record with `where`. When the "
            "source gives the record again, it waits anew."
        ),
    ),
    Code(
        "SYN613",
        "Nothing found for its key",
        "A look-up with `missing: reject` finds nothing in the target under the key it was given.",
        "$find('owner', owner_email)  # nobody has this e-mail",
        "Correct the record, or write `missing: wait` or `missing: nothing` in the look-up.",
    ),
    Code(
        "SYN614",
        "One thing for several records",
        "`find` finds the same thing of the target for several records, or one that is taken.",
        "where: name = $desired.name  # two records of that name",
        "Make `find` more exact, or let the records differ in what it compares.",
    ),
)
