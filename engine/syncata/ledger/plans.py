"""Files of plans: an empty one for a new plan, a saved one for reading."""

import json
from pathlib import Path

from syncata.errors import StateProblem
from syncata.ledger import schema
from syncata.ledger.database import Database, exists, judge, private_directory
from syncata.ledger.sealing import checksum, unnamed_file
from syncata.ledger.staging import Staging


def new_plan(directory: Path) -> Staging:
    """An empty plan in the state directory, which is made if need be. Raises StateProblem."""
    private_directory(directory)
    path = unnamed_file(directory)
    try:
        return Staging(_empty(path), {})
    finally:
        path.unlink()  # open, but without a name: it cannot be left behind


def load_plan(path: Path, *, of: str = "CONNECTION") -> Staging:
    """Open a saved plan for reading. Raises StateProblem: missing, foreign, newer, damaged.

    `of` is the connection it is to be of.
    """
    if not exists(path):
        hint = f"make one: syncata plan {of} -o {path}"
        raise StateProblem(f"{path}: there is no plan", hint=hint)
    database = Database(path, mode="ro")
    try:
        judge(database, schema.PLAN_ID, schema.PLAN_VERSION, "plan")
        if database.number("user_version") < schema.PLAN_VERSION:
            message = f"{path}: another version of syncata made this plan"
            raise StateProblem(message, hint="make a new plan")
        meta: dict[str, str] = dict(database.rows("SELECT key, value FROM meta"))
        if checksum(database, meta.get("header", "")) != meta.get("checksum"):
            raise StateProblem(f"{path}: the plan is damaged", hint="make a new plan")
        return Staging(database, json.loads(meta["header"]))
    except BaseException:
        database.close()
        raise


def _empty(path: Path) -> Database:
    database = Database(path)
    # Nothing here outlives the process, so nothing is written twice or waited for.
    database.pragmas("journal_mode=OFF", "synchronous=OFF")
    # Sorting a million keys for the index is no matter for memory either.
    database.pragmas("locking_mode=EXCLUSIVE", "temp_store=FILE")
    database.script(
        f"PRAGMA application_id={schema.PLAN_ID}; {schema.PLAN}"
        f"PRAGMA user_version={schema.PLAN_VERSION};"
    )
    return database
