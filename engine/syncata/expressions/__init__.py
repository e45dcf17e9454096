"""Expressions: JSONata, compiled and evaluated. The only room that knows what runs it.

`compile_expression` and `compile_template` check a text and tell what it reads; `Scope` holds the
names an evaluation can see; `print_expression` and `print_template` write a text in its usual form.
"""

from syncata.expressions.catalogue import FUNCTIONS, Function
from syncata.expressions.expression import Call, Expression, compile_expression, compile_optional
from syncata.expressions.faults import ExpressionError
from syncata.expressions.patterns import PatternError, pattern_of
from syncata.expressions.printing import (
    fixed_lines,
    print_expression,
    print_template,
    same_expression,
)
from syncata.expressions.reference_codes import reference_message
from syncata.expressions.scope import Scope
from syncata.expressions.template import Template, compile_template
from syncata.expressions.values import UNDEFINED, Undefined

__all__ = [
    "FUNCTIONS",
    "UNDEFINED",
    "Call",
    "Expression",
    "ExpressionError",
    "Function",
    "PatternError",
    "Scope",
    "Template",
    "Undefined",
    "compile_expression",
    "compile_optional",
    "compile_template",
    "fixed_lines",
    "pattern_of",
    "print_expression",
    "print_template",
    "reference_message",
    "same_expression",
]
