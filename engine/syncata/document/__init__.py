"""YAML files as plain JSON data in which every value knows its line and column.

The only room that imports ruamel.yaml.
"""

from syncata.document.layout import Outline, outline, rewritten
from syncata.document.reader import folder, load_bytes, load_file
from syncata.document.values import DataPath, Document, Scalar

__all__ = [
    "DataPath",
    "Document",
    "Outline",
    "Scalar",
    "folder",
    "load_bytes",
    "load_file",
    "outline",
    "rewritten",
]
