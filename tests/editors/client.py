"""A small client of a language server: JSON-RPC over its standard input and output, as editors."""

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

PATIENCE = 60.0
"""Seconds until a server that says nothing counts as broken; nothing is measured by it."""

# Whatever would go to a network goes to a port where nobody listens.
SETTINGS: dict[str, Any] = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
    "http": {"proxy": "http://127.0.0.1:9", "proxyStrictSSL": False},
}
CAPABILITIES = {
    "workspace": {"configuration": True, "workspaceFolders": True},
    "textDocument": {
        "completion": {
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}
        },
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
}


class Client:
    """One conversation. Positions are given and told as lines and columns from 1."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._to: BinaryIO = process.stdin  # type: ignore[assignment]
        self._from: BinaryIO = process.stdout  # type: ignore[assignment]
        self._said: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._number = 0
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        while (message := _read(self._from)) is not None:
            self._said.put(message)
        self._said.put(None)

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _next(self) -> dict[str, Any]:
        message = self._said.get(timeout=PATIENCE)
        assert message is not None, "the language server has ended"
        if message.get("method") == "textDocument/publishDiagnostics":
            told = message["params"]
            self._diagnostics[told["uri"]] = told["diagnostics"]
        elif "method" in message and "id" in message:
            self._send(id=message["id"], result=_asked(message))
        return message

    def notify(self, method: str, params: Any) -> None:
        """Say something that needs no answer."""
        self._send(method=method, params=params)

    def request(self, method: str, params: Any) -> Any:
        """Ask, and have the answer."""
        self._number += 1
        self._send(id=self._number, method=method, params=params)
        while True:
            message = self._next()
            if message.get("id") == self._number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]

    def begin(self, root: Path) -> None:
        """Open a folder."""
        folder = {"uri": root.as_uri(), "name": root.name}
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [folder],
                "capabilities": CAPABILITIES,
            },
        )
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def end(self) -> None:
        """Listen no more; the server has ended."""
        self._listener.join(timeout=PATIENCE)

    def open(self, path: Path, text: str | None = None) -> list[dict[str, Any]]:
        """Open a file, as it is or with another text; what the server finds in it."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        document["text"] = path.read_text(encoding="utf-8") if text is None else text
        self._diagnostics.pop(uri, None)
        self.notify("textDocument/didOpen", {"textDocument": document})
        while uri not in self._diagnostics:
            self._next()
        return self._diagnostics[uri]

    def completion(self, path: Path, line: int, column: int) -> dict[str, dict[str, Any]]:
        """What could stand there, by label."""
        found = self.request("textDocument/completion", _place(path, line, column))
        items = found["items"] if isinstance(found, dict) else found or []
        return {item["label"]: item for item in items}

    def hover(self, path: Path, line: int, column: int) -> str:
        """What is shown about what stands there."""
        found = self.request("textDocument/hover", _place(path, line, column))
        return _text(found["contents"]) if found else ""


def _place(path: Path, line: int, column: int) -> dict[str, Any]:
    position = {"line": line - 1, "character": column - 1}
    return {"textDocument": {"uri": path.as_uri()}, "position": position}


def _text(contents: Any) -> str:
    if isinstance(contents, list):
        return "\n".join(map(_text, contents))
    return str(contents["value"] if isinstance(contents, dict) else contents)


def _asked(message: dict[str, Any]) -> Any:
    """What an editor answers to its server."""
    if message["method"] != "workspace/configuration":
        return None
    return [SETTINGS.get(item.get("section", "")) for item in message["params"]["items"]]


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = stream.read(length) if length else b""
    return dict(json.loads(body)) if body else None


@contextmanager
def talking(command: Sequence[str], root: Path) -> Iterator[Client]:
    """A server that runs as long as the block does, with `root` opened."""
    with subprocess.Popen(
        [*command, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root
    ) as process:
        client = Client(process)
        try:
            client.begin(root)
            yield client
        finally:
            process.kill()
            client.end()
