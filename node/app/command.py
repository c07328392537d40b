"""`loquet node`: run one program of this node and end it cleanly on SIGTERM; selftest; doctor."""

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from node.app.lean import spare_openssl
from node.ports import ShelfBroken
from node.settings import NodeSettings, SettingsError, load

CONFIG = "/etc/loquet/node.toml"


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 done, 1 refused with a reason, 2 misuse."""
    wanted = _parser().parse_args(argv)
    if wanted.command in {"selftest", "doctor"}:
        return _checkup(wanted)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    try:
        return _serve(PROGRAMS[wanted.program](load(Path(wanted.config))))
    except SettingsError as problem:
        return _refused(str(problem))
    except ImportError as problem:
        return _refused(f"this machine has no {problem.name or problem}: is it a node's board?")
    except OSError as problem:
        where = f"{problem.filename}: " if problem.filename else ""
        return _refused(f"{where}{problem.strerror or problem}")


def _checkup(wanted: argparse.Namespace) -> int:
    from node.app import checkup  # noqa: PLC0415  a keeper needs no check-up at its start

    try:
        report = (checkup.selftest if wanted.command == "selftest" else checkup.doctor)(Path(wanted.config))
    except SettingsError as problem:
        return _refused(str(problem))
    print(checkup.show(report, as_json=wanted.json))  # noqa: T201  the command's answer
    return checkup.exit_code(report)


def _serve(program: Any) -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: program.stop())
    code = program.run()
    return _refused("another keeper holds this machine") if code else 0


def _refused(reason: str) -> int:
    print(f"loquet: {reason}", file=sys.stderr)  # noqa: T201  the command's answer
    return 1


def _keeper(settings: NodeSettings) -> Any:
    spare_openssl()
    from node.app.keeper import keeper_program  # noqa: PLC0415  the doorman needs no relay

    return keeper_program(settings)


def _doorman(settings: NodeSettings) -> Any:
    if not settings.broker.tls:
        spare_openssl()
    from node.app.doorman import doorman_program  # noqa: PLC0415  the keeper needs no network

    try:
        return doorman_program(settings)
    except ShelfBroken as problem:
        from node.app.unready import Unready  # noqa: PLC0415  hardly ever

        logging.getLogger("loquet.node").error("event=card_takes_no_writing problem=%s", problem)  # noqa: TRY400
        return Unready(settings)


def _courier(settings: NodeSettings) -> Any:
    from node.app.courier import courier_program  # noqa: PLC0415  most nodes have none

    return courier_program(settings)


PROGRAMS: dict[str, Callable[[NodeSettings], Any]] = {
    "keeper": _keeper,
    "doorman": _doorman,
    "courier": _courier,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="loquet node", description="A machine's box.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run one program of this node, in the foreground")
    run.add_argument(
        "program",
        choices=sorted(PROGRAMS),
        help="keeper owns power, doorman owns people, courier speaks with plugs and printers",
    )
    run.add_argument("--config", default=CONFIG, help=f"the node's settings (default {CONFIG})")
    for name, what in (
        ("selftest", "try everything but the closing of the relay; the result goes to the hub"),
        ("doctor", "look at settings, files and board; nothing is tried"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("--config", default=CONFIG, help=f"the node's settings (default {CONFIG})")
        command.add_argument("--json", action="store_true", help="for a program to read")
    return parser
