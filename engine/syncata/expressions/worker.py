"""The other side of `isolation`: a process that interprets expressions and can be killed.

It is started for what is not compiled only. It knows no network and no secret: its environment is
empty, and over the pipes come the expression's text, the value and the names it mentions. It ends
when its parent does: at the end of its input, or when its processor seconds are used up.

A line is a JSON object. In: `text`, `value`, `names`, `functions`. Out: `call` and `given` (a
function of the parent; the answer is `value`, or `refused`), then `value`, or `refused`: code,
message and offset, or `failed`: the parent's function raised.
"""

import json
import math
import os
import resource
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TextIO

from syncata.expressions.faults import HostFailure, Refusal, meaning
from syncata.expressions.interpreter import HostFunction, fault, frame_of, interpreter
from syncata.expressions.isolation import MEMORY, SECONDS, packed, unpacked
from syncata.expressions.parser import Node, parse
from syncata.expressions.scope import library_frame
from syncata.expressions.values import inward, outward


def confine() -> None:
    """Bound this process: memory, no files to write, nothing left on a crash."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def allow_seconds() -> None:
    """From now on so many more processor seconds; then the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def serve(lines: TextIO, out: TextIO) -> None:
    """Answer until the input ends; after an evaluation that ran out of memory, end."""

    def send(message: Mapping[str, Any]) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    def remote(name: str) -> Callable[..., Any]:
        def function(*given: Any) -> Any:
            send({"call": name, "given": [packed(value) for value in given]})
            answer = json.loads(lines.readline() or sys.exit(0))
            if "refused" in answer:
                raise Refusal(*answer["refused"])
            if "failed" in answer:
                raise HostFailure(RuntimeError(name))
            return unpacked(answer["value"])

        return function

    for line in lines:
        allow_seconds()
        asked = json.loads(line)
        names = {name: inward(value) for name, value in asked["names"].items()}
        names |= {name: HostFunction(name, remote(name)) for name in asked["functions"]}
        answer = evaluated(asked["text"], unpacked(asked["value"]), names)
        send(answer)
        if answer.get("last"):
            return


@lru_cache(maxsize=256)
def _tree(text: str) -> Node:
    return parse(text)


def evaluated(text: str, value: Any, names: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    engine, tree = interpreter(), _tree(text)  # the parent has understood the text, too
    try:
        return {"value": packed(outward(engine.run(tree, value, frame_of(names, library_frame()))))}
    except HostFailure:
        return {"failed": True}
    except MemoryError as error:
        return {"refused": [*meaning(error, ""), 0], "last": True}
    except Exception as error:  # noqa: BLE001  the interpreter raises whatever Python raises
        return {"refused": fault(error, engine, tree)}
    finally:
        engine.failure = None


if __name__ == "__main__":
    confine()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # the interpreter's library prints
    serve(sys.stdin, answers)
