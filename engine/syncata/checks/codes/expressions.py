"""Codes of expressions and templates; JSONata's own codes (S0201, T2001, …) stay."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN210",
        "Undefined inside a text",
        "A `{…}` inside a text has no value, so the text would be incomplete.",
        "path: /users/{$settings.user}  # user is not set",
        'Give it a value, or a default: `{$settings.user ?? "me"}`.',
    ),
    Code(
        "SYN211",
        "Braces do not match",
        "A `{` has no `}`, or the other way round.",
        'path: "/items/{$key"',
        "Close it; a literal brace is written `{{` or `}}`.",
    ),
    Code(
        "SYN212",
        "`${…}` in a spec",
        "Variables and files are named in connection files only; a spec reads settings.",
        "base_url: https://${env:HOST}",
        "Declare a setting, write `{$settings.host}`, and give it in the connection.",
    ),
    Code(
        "SYN220",
        "Name not allowed",
        (
            "`$eval` and names that begin with two underscores are refused: expressions cannot "
            "build expressions."
        ),
        "$eval(code)",
        "Write the expression itself.",
    ),
    Code(
        "SYN222",
        "Expression too large",
        "An expression is too long, too deeply nested, or needs too much memory.",
        "((((…))))",
        "Split it: move parts to `definitions`.",
    ),
    Code(
        "SYN223",
        "Result is a function",
        "The expression yields a function, not a value.",
        "name: $uppercase",
        "Call it: `$uppercase(title)`.",
    ),
    Code(
        "SYN224",
        "Cannot be evaluated",
        "The expression cannot work on this value.",
        '$sum("a")',
        "Look at the value in the message; test for its type first.",
    ),
    Code(
        "SYN226",
        "Pattern beyond a linear search",
        (
            "Patterns are searched in time linear in the text, so that no record can keep the "
            "engine busy for ever. Look-ahead, look-behind, back-references, `\\B` and more than "
            "1,000 repetitions cannot be had that way. Under the flag `m` only a line feed ends a "
            "line where the pattern names ends of lines itself."
        ),
        "$match(name, /(?=A)\\w+/)",
        (
            "Match more and take a group: `$match(name, /(A\\w+)/).groups[0]`; or test twice: "
            "`$contains(a, /x/) and $not($contains(a, /y/))`."
        ),
    ),
    Code(
        "SYN230",
        "Expression must be text",
        "YAML read a number, a boolean, an object or nothing where an expression is expected.",
        "live: true",
        "Quote it: `live: 'true'`.",
    ),
)
