"""Expressions: JSONata, compiled and evaluated. The only room that knows what runs it.

`compile_expression` and `compile_template` check a text and tell what it reads; `Scope` holds the
names an evaluation can see.
"""

from syncata.expressions.catalogue import FUNCTIONS, Function
from syncata.expressions.expression import Call, Expression, compile_expression
from syncata.expressions.faults import ExpressionError
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
    "Scope",
    "Template",
    "Undefined",
    "compile_expression",
    "compile_template",
    "reference_message",
]
