"""`python -m tests.guarantees`: try what the guarantees are held against, and print the figures."""

import argparse
import random
import re
import sys
from pathlib import Path

from tests.guarantees.figures import Effort, Row, measured

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
MEASURED = re.compile(r"(<!-- measured -->\n).*?(<!-- end -->)", re.DOTALL)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.guarantees", description=__doc__)
    parser.add_argument("--share", type=int, default=1, help="kill at one of so many points")
    parser.add_argument("--examples", type=int, default=40, help="lives of the property test")
    parser.add_argument("--seed", type=int, help="repeat the property test of this seed")
    parser.add_argument("--write", action="store_true", help=f"put the figures into {PAGE.name}")
    return parser.parse_args()


def line(row: Row) -> str:
    """A row of the table."""
    return f"| {row.what} | {f'{row.held} / {row.tried}' if row.tried else row.held} |"


def main() -> int:
    """Print the table; 1 where something was broken."""
    given = _arguments()
    chosen = random.SystemRandom().randrange(2**32) if given.seed is None else given.seed
    table, broken = ["| figure | |", "| --- | --- |"], 0
    sys.stdout.write(f"seed {chosen}\n")
    with measured(Effort(given.share, given.examples, chosen)) as rows:
        for row in rows:
            table.append(line(row))
            broken += len(row.findings)
            sys.stdout.write(table[-1] + "\n")
            sys.stdout.writelines(f"    {f.kind}: {f.what}\n" for f in row.findings)
            sys.stdout.flush()
    if given.write:
        text = PAGE.read_text(encoding="utf-8")
        said = "\n".join(table) + f"\n\nThe property test had the seed {chosen}.\n"
        PAGE.write_text(MEASURED.sub(lambda m: m[1] + said + m[2], text), encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
