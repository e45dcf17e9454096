"""Codes of files and their YAML."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN001",
        "File cannot be read",
        "The file does not exist, is a folder, or may not be read.",
        "syncata validate mapings/shop.yaml",
        "Check the path and the file's permissions.",
    ),
    Code(
        "SYN002",
        "File too large",
        (
            "A file has limits: 256 KiB, 5,000 lines, 50 levels, 50 aliases, 100,000 values. They"
            " protect against files made to exhaust the machine."
        ),
        "a: &a [x, x]; b: &b [*a, *a]; …",
        "Split the file, or write values out instead of repeating aliases.",
    ),
    Code(
        "SYN003",
        "Not UTF-8 text",
        "The file holds bytes that are no UTF-8.",
        "a file saved as UTF-16 or Latin-1",
        "Save the file as UTF-8.",
    ),
    Code(
        "SYN004",
        "No such spec",
        (
            "No file of that name lies in the project's folder `mappings`, and no packaged spec "
            "has it."
        ),
        "spec: shpo-crm",
        "Write the name of a spec, or a path that ends in .yaml.",
    ),
    Code(
        "SYN010",
        "Not YAML",
        (
            "The text does not follow YAML's rules. Often an expression holds `: `, ` #`, `{`, "
            "`%`, `*` or `&`, which mean something to YAML."
        ),
        "name: {a: b",
        "Put the expression in quotes, or after `|` on lines of its own.",
    ),
    Code(
        "SYN011",
        "A key is no text",
        (
            "A list or an object stands where a key is expected, often an expression that begins "
            "with `{` or `?`."
        ),
        "? [a, b] : c",
        "Put it in quotes, or after `|`.",
    ),
    Code(
        "SYN012",
        "Merge key",
        "`<<` is not part of the language: one reads better what stands there.",
        "<<: *defaults",
        "Repeat the values, or alias a whole value: `job: *bulk_job`.",
    ),
    Code(
        "SYN013",
        "Key stands twice",
        "An object has the same key twice; YAML readers would silently take one of the two.",
        "name: a, name: b",
        "Remove one of them.",
    ),
    Code(
        "SYN014",
        "Tag",
        "YAML tags (`!x`) are not part of the language.",
        "name: !env HOST",
        "Write a plain value; references stand in connection files.",
    ),
    Code(
        "SYN015",
        "Not a JSON number",
        "`.inf`, `.nan` and the like are no numbers of JSON.",
        "timeout: .inf",
        "Write a number, or put the text in quotes.",
    ),
)
