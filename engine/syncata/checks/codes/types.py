"""Codes of types: what can never work, whatever the record is."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN260",
        "Wrong number of arguments",
        "The function takes fewer arguments, or more.",
        "$trim(first, last)",
        "Look at the example in the hint; docs/spec-language.md and jsonata.org have them all.",
    ),
    Code(
        "SYN261",
        "Argument of the wrong type",
        (
            "By the schemas, the argument is never of a type that the function takes: every "
            "record that has it would be set aside with T0410. Nothing (undefined) is always "
            "taken."
        ),
        "$uppercase(duration)  # a number",
        "Convert it, with `$string` or `$number` for example; or correct the schema.",
    ),
    Code(
        "SYN262",
        "Operator on the wrong type",
        (
            "The operator never works on what it is given: arithmetic needs numbers, `<` and its "
            "like need two numbers or two texts, the name of a member is a text."
        ),
        'title + " (new)"',
        "Write `&` to join texts; convert with `$number` or `$string`; or correct the schema.",
    ),
    Code(
        "SYN263",
        "Result that the target refuses",
        (
            "By the resource's schema, the target takes nothing that this yields: the type, a "
            "constant, a member. Branches are judged one by one. A warning where some of the "
            "possible values are accepted."
        ),
        "level: \"status = 'new' ? 'beginer' : 'advanced'\"",
        "Yield what the schema wants; or correct the schema, if the target takes more.",
    ),
    Code(
        "SYN264",
        "Field that is never there",
        "The expression yields nothing, whatever the record is.",
        'level: $lookup({"1": "beginner"}, "2")',
        "Correct it, or leave the field out. A field that is missing at times is no mistake.",
    ),
    Code(
        "SYN265",
        "Condition that is always the same",
        (
            "By the schemas, the condition is never true, or always. Most often a text is compared "
            "that the field cannot be. Never true is an error for `where`, `live` and `when`."
        ),
        'live: status = "opend"  # enum: opened, closed',
        "Correct the text, or add it to the schema's `enum`.",
    ),
    Code(
        "SYN266",
        "Comparison that never holds",
        "By the schemas, the two sides can never be equal.",
        'status = "opend" ? 1 : 2  # enum: opened, closed',
        "Correct the text, or add it to the schema's `enum`; convert what is of another type.",
    ),
    Code(
        "SYN267",
        "Value without a counterpart",
        (
            "The schema of the records lists the values of a field, and the table that the field "
            "is mapped by lacks some, or a chain of comparisons without an else does. Records "
            "with them go without the field."
        ),
        '$lookup({"easy": "beginner"}, level)  # enum: easy, hard',
        (
            'Add them to the table; or say what is meant, with `?? "beginner"` or '
            '`?? $unmapped("level", level)`.'
        ),
    ),
    Code(
        "SYN268",
        "Condition that is neither true nor false",
        (
            "`where`, `live` and `final` must yield true or false. By the schemas this never "
            "does, so every record would be set aside."
        ),
        "live: status",
        'Compare it: `status = "open"`, or write `$boolean(…)`.',
    ),
    Code(
        "SYN269",
        "Value that may be missing or null",
        (
            "By the schemas, some records have nothing here, or null, and the resource's schema "
            "needs a value. Such a record is set aside when it comes. A warning: `require` says "
            "that a field is meant to be needed."
        ),
        "name: title  # optional in the stream's schema, required by the resource's",
        'Give another value, with `title ?? "untitled"`; or list the field under `require`.',
    ),
)
