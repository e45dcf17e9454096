"""What messages say: who answered what to which request, and never a secret."""

from collections.abc import Callable

from syncata.transport.values import Answer

LONGER = "`deadline` in the connection says how long a run may take"
_SHOWN = 200
_SHORTEST = 4  # a shorter secret would be found in every other word


class Wording:
    """Texts about one side, cleaned of its secrets."""

    def __init__(self, name: str, secrets: tuple[str, ...], redact: Callable[[str], str]) -> None:
        """`redact` knows the secrets of the whole run, `secrets` are this side's own."""
        self.name = name
        self._secrets = secrets
        self._redact = redact
        self._tokens: tuple[str, ...] = ()

    def learn(self, secret: str) -> None:
        """Hide a token too, and the one before it: it may still be echoed."""
        self._tokens = (secret, *self._tokens)[:3]

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        for secret in (*self._secrets, *self._tokens):
            if len(secret) >= _SHORTEST:
                text = text.replace(secret, "***")
        return self._redact(text)

    def excerpt(self, raw: bytes) -> str:
        """Return the beginning of a body in one line; cut after it was cleaned, never before."""
        text = self.clean(raw[:4000].decode("utf-8", "replace"))
        return " ".join(text.split())[:_SHOWN]

    def about(self, answer: Answer, method: str, path: str, *, extra: str = "") -> str:
        """Say what was answered, in one line."""
        words = [f"{self.name} answered {answer.status}"]
        if extra:
            words.append(extra)
        words.append(f"to {method} {self.clean(path)[:_SHOWN]}")
        if answer.attempts > 1:
            words.append(f"({answer.attempts} attempts)")
        line = " ".join(words)
        excerpt = self.excerpt(answer.raw)
        return f"{line}: {excerpt}" if excerpt else line

    def failed(self, problem: str, method: str, path: str, attempts: int) -> str:
        """Say that no usable answer came, in one line."""
        counted = f" ({attempts} attempts)" if attempts > 1 else ""
        text = f"{self.name}: {method} {path[:_SHOWN]} failed{counted}: {problem}"
        return self.clean(text)


def in_seconds(seconds: float) -> str:
    """Return a number of seconds as a reader wants it."""
    return f"{seconds:.0f}" if seconds >= 10 else f"{max(0.0, seconds):.1f}".removesuffix(".0")
