"""A project directory between two simulators, and the command line run in it."""

import io
import json
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.canaries import leaking_files, leaks
from tests.acceptance.sides import Edflex, Target

from syncata.cli import main
from syncata.session import Progress, Surroundings
from syncata.transport import Accounts
from syncata.transport import World as Clocks

REPOSITORY = Path(__file__).parents[2]
SPEC = REPOSITORY / "mappings" / "edflex-360learning.yaml"
GROUP = "600000000000000000000001"
SECRETS = {
    "EDFLEX_SECRET": "edflex-secret",
    "TARGET_SECRET": "360-secret",
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a command ended with."""

    exit: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        data = json.loads(self.out)
        assert data["format_version"] == 1
        return data

    @property
    def run(self) -> Any:
        """The report of the only run."""
        (run,) = self.json["runs"]
        return run

    def sync(self, name: str = "courses") -> Any:
        """What a plan or the only run says about one sync."""
        whole = self.json
        syncs = whole["syncs"] if "syncs" in whole else self.run["syncs"]
        return next(sync for sync in syncs if sync["sync"] == name)

    def planned(self, name: str = "courses") -> dict[str, int]:
        """How many records of a sync had each action, whatever the reason."""
        return {act: sum(why.values()) for act, why in self.sync(name)["planned"].items()}

    def confirmed(self, name: str = "courses") -> dict[str, int]:
        """How many changes of a sync the target confirmed, by action."""
        applied = self.sync(name)["applied"]
        return dict(applied["confirmed"]) if applied else {}


class World:
    """Two simulators, a project with the connection `main`, and a clock whose waits cost nothing.

    `sleeps` are the waits of all commands so far; `on_sleep`, if set, is called in each.
    """

    spec = SPEC
    secrets = tuple(SECRETS.values())

    def __init__(self, root: Path, edflex: Edflex, target: Target) -> None:
        self.root = root
        self.edflex = edflex
        self.target = target
        self.sleeps: list[float] = []
        self.on_sleep: Any = None
        self.ahead = timedelta()
        self._skipped = 0.0
        self._real: Accounts | None = None
        self._accounts = Accounts()
        (root / "connections").mkdir()
        self.connect()

    def connect(
        self,
        name: str = "main",
        *,
        spec: str | None = None,
        guards: dict[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        """Write a connection; a setting that is None is left out."""
        values = self.settings() | settings
        given = {setting: value for setting, value in values.items() if value is not None}
        document = {"spec": spec or self.spec.stem, "settings": given, "guards": guards or {}}
        # JSON is YAML.
        self.path("connections", f"{name}.yaml").write_text(json.dumps(document))

    def settings(self) -> dict[str, Any]:
        """What a connection between the two simulators must say."""
        return {
            "organization": "demo",
            "edflex_url": self.edflex.url,
            "edflex_client_id": "${env:EDFLEX_ID}",
            "edflex_client_secret": "${env:EDFLEX_SECRET}",
            "target_url": self.target.url,
            "target_client_id": "${env:TARGET_ID}",
            "target_client_secret": "${env:TARGET_SECRET}",
            "group_id": GROUP,
            "author_email": "author@example.com",
        }

    def path(self, *parts: str) -> Path:
        """A path below the project."""
        return self.root.joinpath(*parts)

    def edit_spec(self, old: str, new: str) -> None:
        """Change the project's own copy of the packaged spec; the first edit makes the copy."""
        path = self.path("mappings", self.spec.name)
        path.parent.mkdir(exist_ok=True)
        text = (path if path.exists() else self.spec).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the spec"
        path.write_text(text.replace(old, new))

    def cli(self, *arguments: str) -> Result:
        """Run a command in the project, in this process."""
        out, err = io.StringIO(), io.StringIO()
        code: Any = None
        with redirect_stdout(out), redirect_stderr(err):
            try:
                main(arguments)
            except SystemExit as end:
                code = end.code
        assert isinstance(code, int)
        shown = out.getvalue() + err.getvalue()
        assert leaks(shown.encode(errors="backslashreplace"), self.secrets) == [], arguments
        return Result(int(code), out.getvalue(), err.getvalue())

    def leaking_files(self) -> list[str]:
        """What commands left behind that holds a secret: ledgers, plans, samples, logs."""
        return leaking_files(self.root.parent, self.secrets)

    def run(self, *arguments: str, exit: int = 0, name: str = "main") -> Result:  # noqa: A002
        """`syncata run --json`, which must end with `exit`."""
        result = self.cli("run", name, "--json", *arguments)
        assert result.exit == exit, f"{result.exit}: {result.out}\n{result.err}"
        return result

    def plan(self, *arguments: str, exit: int = 0, name: str = "main") -> Result:  # noqa: A002
        """`syncata plan --json`, which must end with `exit`."""
        result = self.cli("plan", name, "--json", *arguments)
        assert result.exit == exit, f"{result.exit}: {result.out}\n{result.err}"
        return result

    def live(self, name: str = "main") -> int:
        """How many courses the ledger holds as live."""
        status = self.cli("status", name, "--json").json
        return int(status["connections"][0]["live"].get("courses", 0))

    def rejects(self, run: Result) -> list[Any]:
        """What is set aside after a run."""
        report = self.cli("report", run.run["run"], "--json")
        assert report.exit == 0, report.out
        return list(report.json["rejects"])

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self._skipped += seconds

    def pass_days(self, days: float) -> None:
        """Let days pass here and on both sides."""
        self.skip(days * 86_400)
        for side in (self.edflex, self.target):
            side.ahead(self._skipped)

    def surroundings(
        self,
        *,
        progress: Progress = lambda *_: None,
        accounts: Accounts | None = None,
        world: Clocks | None = None,
    ) -> Surroundings:
        """What a command is given of the world: real but for the waits.

        Runs that share their accounts also share those that go by this clock.
        """

        async def sleep(seconds: float) -> None:
            self.sleeps.append(seconds)
            self._skipped += seconds
            if self.on_sleep is not None:
                self.on_sleep(seconds)

        clocks = Clocks(
            now=lambda: datetime.now(UTC) + self.ahead + timedelta(seconds=self._skipped),
            monotonic=lambda: time.monotonic() + self._skipped,
            sleep=sleep,
        )
        if accounts is None or accounts is not self._real:
            self._real, self._accounts = accounts, Accounts(clocks)
        return Surroundings(world=clocks, accounts=self._accounts, progress=progress)
