"""syncata: a declarative sync engine from one REST API to another."""

__version__ = "0.1.0"
