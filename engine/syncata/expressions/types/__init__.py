"""Types of expressions: what a value may be, known before anything runs.

`of_schema` makes a type of a JSON Schema, `infer` finds the types of an expression and what can
never work in it, `misfit` tells why no value of one type is of another. A type never leaves out a
value that is possible, so what is told as certain is certain.
"""

from syncata.expressions.types.fit import Misfit, misfit
from syncata.expressions.types.infer import Typed, facts_of, infer, outcomes
from syncata.expressions.types.model import ANY, BOOLEAN, NUMBER, STRING, UNDEFINED, Type
from syncata.expressions.types.schema import of_rules, of_schema
from syncata.expressions.types.values import can_be_false, can_be_true, flat
from syncata.expressions.types.walk import Mistake, Way, way_of
from syncata.expressions.types.words import in_words, short

__all__ = [
    "ANY",
    "BOOLEAN",
    "NUMBER",
    "STRING",
    "UNDEFINED",
    "Misfit",
    "Mistake",
    "Type",
    "Typed",
    "Way",
    "can_be_false",
    "can_be_true",
    "facts_of",
    "flat",
    "in_words",
    "infer",
    "misfit",
    "of_rules",
    "of_schema",
    "outcomes",
    "short",
    "way_of",
]
