"""Codes of tests in a spec."""

from syncata.checks.codes.code import Code

CODES = (
    Code(
        "SYN350",
        "Test says too little, or too much",
        (
            "A test is about one record (`sync`) or about whole runs (`days`). One about a record "
            "expects one verdict, and only what its sync can yield."
        ),
        "{name: a closed one, sync: products, closed: true, expect: {name: A}}",
        "Leave out what does not belong there, or make two tests of it.",
    ),
    Code(
        "SYN351",
        "Two tests with one name",
        "Tests are told apart by their names.",
        "tests: [{name: a, …}, {name: a, …}]",
        "Give each a name that says what it shows.",
    ),
    Code(
        "SYN352",
        "Test names what is not there",
        "A sync, a stream, a look-up, a field, an operation or a code is not one of the spec.",
        "{name: a title is trimmed, sync: products, expect: {nmae: A}}",
        "Correct the name.",
    ),
    Code(
        "SYN701",
        "Test failed",
        "`syncata test` found something else than the test expects.",
        "expect: {name: A}  # the mapping yields B",
        "Correct the mapping; or the test, by hand or with `syncata test --update`.",
    ),
    Code(
        "SYN702",
        "Test cannot be run",
        (
            "A run needs something that the spec does not tell and the test does not give: a "
            "setting, or what a success looks like in the target's answer."
        ),
        "results: {ok: '$count(problems) = 0', …}  # what makes it true cannot be worked out",
        "Give it in the test: in `settings`, or in `target: {answer: {SYNC: {…}}}`.",
    ),
    Code(
        "SYN703",
        "Not reached by any test",
        "With `--coverage`: a field, a branch or an entry of a table that no test comes to.",
        'level = 1 ? "easy" : "hard"  # no test has the level 1',
        "Write a test for it, or take it away if nothing ever comes there.",
    ),
)
