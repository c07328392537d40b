"""`loquet hub init|run|web|gateway|jobs|migrate`: make a hub, run it whole or in parts, bring its database up to date."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from hub.settings import BadSettings, Settings, data_folder, load, write_new

DEMO_DOMAIN = "demo.example"  # nobody in production has such an address
SITUATION = "  LOQUET_VAR names the data folder (now {var})"


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 done, 1 refused with a reason, 2 misuse."""
    wanted = _parser().parse_args(argv)
    var = data_folder(os.environ)
    try:
        if wanted.command == "init":
            return _init(var, wanted.public_url)
        settings = load(var, os.environ)
        return _migrate(settings) if wanted.command == "migrate" else _run(settings, wanted.command)
    except BadSettings as bad:
        return _no(*bad.lines, SITUATION.format(var=var))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loquet hub", description="The server: pages, nodes and jobs.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    init = commands.add_parser("init", help="write hub.toml, make the secrets and an empty database")
    init.add_argument("public_url", nargs="?", default="http://127.0.0.1:8080", help="how members reach it")
    commands.add_parser("run", help="pages, gateway and jobs in one process")
    commands.add_parser("web", help="the pages alone, beside a gateway and jobs: needs PostgreSQL")
    commands.add_parser("gateway", help="the line to the nodes alone: needs PostgreSQL")
    commands.add_parser("jobs", help="the timetable and the mails alone: needs PostgreSQL")
    commands.add_parser("migrate", help="bring the database to the latest revision")
    return parser


def _init(var: Path, public_url: str) -> int:
    from hub.clock import SystemClock
    from hub.store.making import found, migrate
    from hub.store.store import open_store

    var.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        path = write_new(var, public_url)
    except FileExistsError:
        return _no(f"{var / 'hub.toml'} is there already: nothing was changed")
    settings = load(var, os.environ)
    migrate(settings.database_url)
    with open_store(settings.database_url, group=False) as store:
        store.write(lambda tx: tx.meta.mark() or found(tx, SystemClock().wall(), demo=False))
    print(f"{path} is written. Add its [broker], then: loquet hub run")
    return 0


def _migrate(settings: Settings) -> int:
    from hub.store.making import migrate

    migrate(settings.database_url)
    print("the database is at the latest revision")
    return 0


def _run(settings: Settings, what: str) -> int:
    from hub.store.engines import is_sqlite

    refusal = not_for_production(settings)
    if refusal is not None:
        print(f"loquet hub: {refusal}", file=sys.stderr)
        return 2
    if settings.broker is None:
        return _no(f"{settings.var / 'hub.toml'}: [broker] is missing: the nodes could not be heard")
    if what == "run":
        return _run_whole(settings)
    if is_sqlite(settings.database_url):
        return _no(f"`{what}` alone needs PostgreSQL: on SQLite one process writes, `loquet hub run`")
    return _run_part(settings, what)


def _run_whole(settings: Settings) -> int:
    from hub.cli.building import AlreadyRunsError, build, hold
    from hub.cli.serving import Server
    from hub.clock import SystemClock

    try:
        holder = hold(settings.var)
    except AlreadyRunsError as held:
        return _no(str(held))
    Server(f"{settings.host}:{settings.port}", lambda: build(settings, SystemClock())).run()
    holder.resign()
    return 0


def _run_part(settings: Settings, what: str) -> int:
    from hub.cli.apart import until_told
    from hub.cli.building import Part, build
    from hub.cli.serving import Server
    from hub.clock import SystemClock

    part = Part(what)
    if part is Part.WEB:
        address = f"{settings.host}:{settings.port}"
        Server(address, lambda: build(settings, SystemClock(), frozenset({part}))).run()
    else:
        until_told(build(settings, SystemClock(), frozenset({part})))
    return 0


def not_for_production(settings: Settings) -> str | None:
    """Why this store may not be run in earnest: it is a demo's, or has a demo's people; None when it may."""
    from hub.store.store import open_store

    with open_store(settings.database_url, group=False) as store:
        mark = store.read(lambda tx: tx.meta.mark())
        if mark is not None and mark.demo:
            return "this is a demo's data: only `loquet demo` may run it"
        if store.read(lambda tx: tx.people.any_at(DEMO_DOMAIN)):
            return f"somebody here has an address @{DEMO_DOMAIN}: a demo's account, with a known password"
    return None


def _no(*lines: str) -> int:
    for line in lines:
        print(f"loquet hub: {line}" if not line.startswith(" ") else line, file=sys.stderr)
    return 1
