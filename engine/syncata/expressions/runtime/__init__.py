"""What generated code calls: the reference's semantics on plain Python values.

JSON null is None, undefined is UNDEFINED, arrays are lists; `sequences` says what else there is.
"""
