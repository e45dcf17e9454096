"""YAML files: read as plain data that knows its places, and as the text they are written in.

The only room that imports ruamel.yaml.
"""

from syncata.document.outline import Outline, outline
from syncata.document.reading import (
    DataPath,
    Document,
    Scalar,
    as_named,
    folder,
    load_bytes,
    load_file,
    rewritten,
)

__all__ = [
    "DataPath",
    "Document",
    "Outline",
    "Scalar",
    "as_named",
    "folder",
    "load_bytes",
    "load_file",
    "outline",
    "rewritten",
]
