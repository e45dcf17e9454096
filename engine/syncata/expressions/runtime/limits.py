"""What one evaluation may cost: calls of written functions, their depth, items and characters."""

import threading
from typing import Any, Final

from syncata.expressions.faults import Refusal

MAX_CALLS: Final = 1_000_000
MAX_DEPTH: Final = 1_000
MAX_ITEMS: Final = 10_000_000
MAX_STEPS: Final = 2_000_000
MAX_TEXT: Final = 50_000_000
MAX_TEXTS: Final = 200_000_000
LARGE_TEXT: Final = 10_000


class Budget:
    """Counts down during one evaluation; what is asked for beyond it is refused."""

    __slots__ = ("calls", "depth", "items", "steps")

    def __init__(self) -> None:
        self.calls = MAX_CALLS
        self.depth = 0
        self.items = MAX_ITEMS
        self.steps = MAX_STEPS

    def enter(self) -> None:
        """A written function is called; `depth` is counted back by whoever called it."""
        self.calls -= 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"functions call each other more than {MAX_DEPTH} deep: is there no end?"
            raise Refusal("D1011", message)
        if self.calls < 0:
            raise Refusal("D1012", f"more than {MAX_CALLS} calls of functions: is there no end?")

    def step(self, items: int) -> None:
        """A loop that runs inside another goes over so many items."""
        self.steps -= items
        if self.steps < 0:
            raise Refusal("D1012", f"loops go over more than {MAX_STEPS} items")

    def take(self, items: int) -> None:
        """So many items are made at once."""
        self.items -= items
        if self.items < 0:
            message = f"the evaluation makes more than {MAX_ITEMS} items"
            raise Refusal("SYN222", message)


class Meter(threading.local):
    """Counts the characters of the large texts that this thread's evaluation puts together."""

    left = MAX_TEXTS


METER: Final = Meter()


def refill() -> None:
    """An evaluation begins that may put texts together again and again."""
    METER.left = MAX_TEXTS


def grow(size: int) -> None:
    """A text of so many characters is about to be made. Raises Refusal if that is too much."""
    if size > LARGE_TEXT:
        METER.left -= size
        if size > MAX_TEXT:
            raise Refusal("SYN222", f"a text grows beyond {MAX_TEXT} characters")
        if METER.left < 0:
            raise Refusal("SYN222", f"all large texts grow beyond {MAX_TEXTS} characters")


def grown(text: Any) -> Any:
    """A text that was put together; it counts if it is large."""
    if len(text) > LARGE_TEXT:
        grow(len(text))
    return text
