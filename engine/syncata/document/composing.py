"""YAML text as ruamel's nodes, within bounds: what is too deep or too much ends the reading."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, MaxDepthExceededError
from ruamel.yaml.nodes import Node, ScalarNode

MAX_DEPTH = 50
MAX_ALIASES = 50
MAX_NODES = 50_000


class ExcessError(ValueError):
    """A text that is nested too deeply, or holds too much; its message says which."""


def compose(text: str) -> Node | None:
    """The root of a text's only document; None where there is none.

    Raises ExcessError, or ruamel's YAMLError for what is no YAML.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer, yaml.max_depth = _Bounded, MAX_DEPTH
    try:
        node = yaml.compose(text)
    except MaxDepthExceededError as error:
        raise ExcessError(f"is nested deeper than {MAX_DEPTH}") from error
    assert node is None or isinstance(node, Node)
    if node is not None:
        _refuse_aliases(node)
    return node


class _Bounded(Composer):
    """ruamel's composer, which counts the nodes: a hundred thousand take half a minute."""

    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader)
        self._met = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """The next node."""
        self._met += 1
        if self._met > MAX_NODES:
            raise ExcessError(f"has more than {MAX_NODES:,} keys and values")
        return super().compose_node(parent, index)


def _refuse_aliases(root: Node) -> None:
    """Refuse too many aliases before anything is expanded; an alias is a node met again."""
    waiting, met, aliases = [root], set[int](), 0
    while waiting:
        node = waiting.pop()
        if id(node) in met:
            aliases += 1
            if aliases > MAX_ALIASES:
                raise ExcessError(f"has more than {MAX_ALIASES} aliases")
            continue
        met.add(id(node))
        for child in () if isinstance(node, ScalarNode) else node.value:
            waiting += child if isinstance(child, tuple) else (child,)
