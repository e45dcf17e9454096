"""Evaluates what is not compiled in a process of its own, which is killed where it goes too far.

The process is started with the first such expression and kept for the next ones; a spec whose
expressions are all compiled never starts it. See `worker` for the other side and the lines.
"""

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

from syncata.expressions.faults import HostFailure, Refusal
from syncata.expressions.runtime.functions import Host
from syncata.expressions.values import UNDEFINED

SECONDS: Final = 5
"""Processor time of one evaluation."""
WAIT: Final = 60
"""Seconds on the clock after which an evaluation is given up on a machine however busy."""
MEMORY: Final = 512 * 1024 * 1024
MAX_ANSWER: Final = 32 * 1024 * 1024


def packed(value: Any) -> list[Any]:
    """A value on a line: a list of it, empty for undefined."""
    return [] if value is UNDEFINED else [value]


def unpacked(items: list[Any]) -> Any:
    """The value of a line."""
    return items[0] if items else UNDEFINED


class Worker:
    """One process; it serves one evaluation at a time."""

    def __init__(self) -> None:
        paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)  # noqa: PTH100
        self._process = subprocess.Popen(
            # -P: nothing that lies in the directory a command is given in becomes a module.
            [sys.executable, "-P", "-m", "syncata.expressions.worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": paths}, start_new_session=True,
        )  # fmt: skip
        self._rest = b""

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def close(self) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def send(self, line: bytes) -> None:
        """Write a line. Raises Refusal if the process has ended."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            pipe.write(line + b"\n")
            pipe.flush()
        except OSError:
            raise self._ended() from None

    def receive(self, until: float) -> Any:
        """The next message. Raises Refusal if none comes in time or the process ends."""
        pipe = self._process.stdout
        assert pipe is not None
        parts, size = [self._rest], len(self._rest)
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in parts[-1]:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise Refusal("D1012", f"no result after {WAIT} seconds", 0)
                parts.append(os.read(pipe.fileno(), 1 << 20))
                size += len(parts[-1])
                if not parts[-1]:
                    raise self._ended()
                if size > MAX_ANSWER:
                    raise Refusal("SYN222", f"the result has more than {MAX_ANSWER} bytes", 0)
        line, _, self._rest = b"".join(parts).partition(b"\n")
        return json.loads(line)

    def _ended(self) -> Refusal:
        """What the end of the process means."""
        if self._process.wait() == -signal.SIGXCPU:
            message = f"no result after {SECONDS} seconds of processor time: is there no end?"
            return Refusal("D1012", message, 0)
        limit = MEMORY // (1024 * 1024)
        return Refusal("SYN222", f"the evaluation needs more than {limit} MB of memory", 0)


_free: list[Worker] = []


def evaluate(text: str, value: Any, names: Mapping[str, Any], hosts: Mapping[str, Host]) -> Any:
    """The value of an expression: plain, or UNDEFINED.

    `names` are plain values, `hosts` functions that run in this process. Raises Refusal with the
    offset in the text; HostFailure where a host function raised.
    """
    asked = {
        "text": text, "value": packed(value), "names": names, "functions": sorted(hosts),
    }  # fmt: skip
    worker = _taken()
    try:
        answer = _asked(worker, _line(asked), hosts)
    except BaseException:
        worker.close()
        raise
    if answer.get("last"):
        worker.close()
    else:
        _free.append(worker)
    if "refused" in answer:
        raise Refusal(*answer["refused"])
    return unpacked(answer["value"])


def _taken() -> Worker:
    """A process that nobody uses; a host function may evaluate an expression in between."""
    while _free:
        worker = _free.pop()
        if worker.alive:
            return worker
        worker.close()
    return Worker()


def _line(message: Any) -> bytes:
    try:
        return json.dumps(message).encode()
    except (TypeError, ValueError):
        raise Refusal("SYN224", "the value is no JSON", 0) from None
    except RecursionError:
        raise Refusal("SYN222", "the value is nested too deeply", 0) from None


def _asked(worker: Worker, line: bytes, hosts: Mapping[str, Host]) -> dict[str, Any]:
    """The answer to a request; calls of host functions are answered in between."""
    failure: HostFailure | None = None
    until = time.monotonic() + WAIT
    while True:
        worker.send(line)
        message: dict[str, Any] = worker.receive(until)
        if "call" not in message:
            break
        try:
            result = hosts[message["call"]].take(*map(unpacked, message["given"]))
            line = _line({"value": packed(result)})
        except Refusal as refusal:
            line = _line({"refused": [refusal.code, refusal.message]})
        except HostFailure as raised:
            failure, line = raised, _line({"failed": True})
    if failure is not None and "failed" in message:
        raise failure
    return message


def close() -> None:
    """End the processes that wait for work."""
    while _free:
        _free.pop().close()


atexit.register(close)
