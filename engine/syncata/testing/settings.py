"""The settings of a test: what it gives, the spec's defaults and examples, made-up secrets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from syncata.checks.values import References, Resolved, resolve_settings
from syncata.spec.model import Setting, Spec
from syncata.spec.node import Node


def settings_of(spec: Spec, node: Node, given: Mapping[str, Any]) -> Resolved:
    """Every setting's value; findings say which have none. `node` is the test, for their places."""
    secrets = {name: f"{name} of a test" for name, s in spec.settings.items() if s.secret}
    examples = {n: s.examples[0] for n, s in spec.settings.items() if _shown(s, given)}
    values = Node(node.document, (*node.path, "settings"), {**examples, **given})
    return resolve_settings(spec, values, References(None, Path()), secrets)


def _shown(setting: Setting, given: Mapping[str, Any]) -> bool:
    """Whether the setting's example stands for a value that every connection gives."""
    other = setting.required_without
    needed = setting.required or (other is not None and other not in given)
    return needed and not setting.has_default and not setting.secret and bool(setting.examples)
