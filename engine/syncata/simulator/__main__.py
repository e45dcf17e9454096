"""`python -m syncata.simulator NAME`: one simulator in a process of its own."""

import argparse
from pathlib import Path

from syncata.simulator import SCENARIOS, SIMULATORS, Options, describe, serve_forever


def _arguments() -> argparse.Namespace:
    lines = [
        f"  {name}: {switch}\n      {text}"
        for name in SIMULATORS
        for switch, text in describe(name)
    ]
    parser = argparse.ArgumentParser(
        prog="python -m syncata.simulator",
        description="Serve a simulated API on loopback.",
        epilog="fault switches:\n" + "\n".join(lines),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    defaults = Options()
    parser.add_argument("name", choices=list(SIMULATORS))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--items", type=int, default=defaults.items)
    parser.add_argument("--activities", type=int, default=defaults.activities)
    parser.add_argument("--ahead", type=float, default=defaults.ahead, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=defaults.seed)
    parser.add_argument("--job-seconds", type=float, default=defaults.job_seconds)
    parser.add_argument("--record-bytes", type=int, default=defaults.record_bytes)
    parser.add_argument("--page-size-max", type=int, default=defaults.page_size_max)
    parser.add_argument("--learners", type=int, default=defaults.learners)
    parser.add_argument("--scenario", choices=list(SCENARIOS))
    parser.add_argument("--no-rate-limits", action="store_true")
    parser.add_argument("--audit", type=Path)
    parser.add_argument("--audit-bodies", action="store_true")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME[=VALUE]")
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    given = _arguments()
    faults = {name: value or "on" for name, _, value in (f.partition("=") for f in given.fault)}
    options = Options(
        items=given.items,
        activities=given.activities,
        ahead=given.ahead,
        seed=given.seed,
        job_seconds=given.job_seconds,
        rate_limits=not given.no_rate_limits,
        page_size_max=given.page_size_max,
        record_bytes=given.record_bytes,
        learners=given.learners,
        scenario=given.scenario,
        faults=faults,
        audit=given.audit,
        audit_bodies=given.audit_bodies,
    )
    serve_forever(given.name, options, host=given.host, port=given.port)


if __name__ == "__main__":
    main()
