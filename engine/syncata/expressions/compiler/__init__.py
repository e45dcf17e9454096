"""From the tree of an expression to a Python function.

One module per kind of node writes Python source through a `Writer`; `program` compiles it.
"""
