"""Signals that end a command: the first in order, a second one, or ten seconds, at once."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from syncata.cli.output import Terminated

GRACE = 10.0
"""Seconds that a command may take to put in order what it has begun."""

_KINDS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Cancels a task at the first signal; from then on signals do what they do by themselves."""

    def __init__(self) -> None:
        """No signal came, and no task is known yet."""
        self.received: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._timer: threading.Timer | None = None

    def watch(self) -> None:
        """The running task is the one to cancel."""
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if self.received is not None and self._task is not None:  # it came before
            self._task.cancel()

    @property
    def end(self) -> BaseException:
        """What a command ends with once its task was cancelled."""
        return KeyboardInterrupt() if self.received == signal.SIGINT else Terminated()

    @contextmanager
    def handling(self) -> Iterator[None]:
        """Handle signals meanwhile; outside the main thread nobody can."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {kind: signal.signal(kind, self._first) for kind in _KINDS}
        try:
            yield
        finally:
            if self._timer is not None:
                self._timer.cancel()
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def _first(self, number: int, _frame: FrameType | None) -> None:
        self.received = number
        for kind in _KINDS:
            signal.signal(kind, signal.SIG_DFL)
        self._timer = threading.Timer(GRACE, os.kill, (os.getpid(), number))
        self._timer.daemon = True
        self._timer.start()
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
