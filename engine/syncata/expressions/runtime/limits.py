"""What one evaluation may cost: calls of written functions, their depth, items and characters."""

from typing import Any, Final

from syncata.expressions.faults import Refusal

MAX_CALLS: Final = 1_000_000
MAX_DEPTH: Final = 1_000
MAX_ITEMS: Final = 10_000_000
MAX_STEPS: Final = 5_000_000
MAX_TEXT: Final = 50_000_000


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
            raise Refusal("D1012", f"loops in loops go over more than {MAX_STEPS} items")

    def take(self, items: int) -> None:
        """So many items are made at once."""
        self.items -= items
        if self.items < 0:
            message = f"the evaluation makes more than {MAX_ITEMS} items"
            raise Refusal("SYN222", message)

    def text(self, text: Any) -> Any:
        """A text that was put together; one that is too long is refused."""
        if len(text) > MAX_TEXT:
            raise Refusal("SYN222", f"a text grows beyond {MAX_TEXT} characters")
        return text
