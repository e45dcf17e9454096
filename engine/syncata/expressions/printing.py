"""Expressions in their usual form: spaces, line breaks and indentation as everybody writes them.

Names, numbers and texts stay as they are written, and so does the order of everything.
"""

from syncata.expressions.grammar import grammar
from syncata.expressions.layout import lines, one_line
from syncata.expressions.shapes import layout_of
from syncata.expressions.syntax import note, same_meaning
from syncata.expressions.template import closing_brace


def print_expression(text: str, width: int | None) -> str:
    """An expression in its usual form, in lines of at most `width` where that can be; None: on one
    line. What cannot be printed without a change of meaning, or holds a comment, stays as it is.
    """
    noted = note(text)
    if noted is None or noted.fixed:
        return text
    layout = layout_of(grammar(noted))
    printed = one_line(layout) if width is None else "\n".join(lines(layout, width))
    again = note(printed)
    return printed if again is not None and same_meaning(noted, again) else text


def fixed_lines(text: str) -> bool:
    """Whether an expression keeps its line breaks: it holds a comment, or a text with a break."""
    noted = note(text)
    return noted is None or noted.fixed


def print_template(text: str) -> str:
    """A text with the expressions inside its braces in their usual form, each on one line.

    The text must compile. Raises Refusal where braces do not match.
    """
    made, at = "", 0
    while at < len(text):
        if text[at : at + 2] in {"{{", "}}"}:
            made, at = made + text[at : at + 2], at + 2
        elif text[at] == "{":
            end = closing_brace(text, at)
            made, at = f"{made}{{{_inside_braces(text[at + 1 : end])}}}", end + 1
        else:
            made, at = made + text[at], at + 1
    return made


def _inside_braces(text: str) -> str:
    """Two braces that follow each other would be a literal one."""
    printed = print_expression(text, None)
    return f" {printed}" if printed.startswith("{") else printed


def same_expression(one: str, other: str) -> bool:
    """Whether two texts are the same expression, but for white space."""
    first, second = note(one), note(other)
    if first is None or second is None:
        return one == other
    return same_meaning(first, second)
