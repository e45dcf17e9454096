"""The README cannot lie: its excerpt is a real file's, its finding a real one."""

import re
from pathlib import Path

from syncata.checks import check_spec, render_text
from syncata.document import load_bytes
from syncata.errors import Exit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")

BROKEN = """\
spec: 1
name: broken
syncs:
  docs:
    map:
      title: $upercase(name)
"""


def block_after(marker: str) -> str:
    found = re.search(rf"{re.escape(marker)}\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found
    return found[1]


def test_the_anatomy_is_an_excerpt_of_the_packaged_spec() -> None:
    """Every line of it stands in the file, in one piece."""
    spec = (ROOT / "mappings" / "edflex-360learning.yaml").read_text(encoding="utf-8")
    assert block_after("<!-- excerpt: mappings/edflex-360learning.yaml -->") in spec


def test_the_finding_is_what_validate_says() -> None:
    """The example is rendered by the code that users meet."""
    found = check_spec(load_bytes(BROKEN.encode(), "broken.yaml"))
    shown = render_text([f for f in found if f.code == "SYN304"], {"broken.yaml": BROKEN})
    assert shown == block_after("<!-- finding -->").rstrip()


def test_every_exit_code_stands_in_the_table() -> None:
    """A script's author finds each code that a command can end with."""
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert listed == {int(code) for code in Exit}
