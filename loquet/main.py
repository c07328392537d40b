"""`loquet`: which command is meant? Dispatch by name; each command loads what it needs when it runs.

Exit codes: 0 done, 1 refused with a reason, 2 misuse. A user's mistake never shows a traceback.
"""

import importlib
import sys
from collections.abc import Callable, Sequence

HELP = """Usage: loquet COMMAND [OPTIONS]

Reserve, badge, power, record: the door latch of shared workshops.

Commands:
  demo      a whole fictional lab on this machine, with simulated badges, relays and mains
  hub       the server: init, run, migrate
  node      a machine's box: run keeper|doorman|courier, selftest, doctor
  token     a bearer token for the REST API
  lab       the labs of this hub
  member    the members of a lab

`loquet COMMAND --help` says more. LOQUET_VAR names the data folder of every command.
Exit codes: 0 done, 1 refused with a reason, 2 misuse.
"""

COMMANDS = {
    "demo": "loquet.demo.command",
    "hub": "hub.cli.hub",
    "node": "node.app.command",
    "token": "hub.cli.token",
    "lab": "hub.cli.lab",
    "member": "hub.cli.member",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; `argv` without the program's name."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(HELP, end="")
        return 0 if words else 2
    if words[0] in {"-V", "--version"}:
        return _version()
    if words[0] not in COMMANDS:
        print(f"loquet: there is no command {words[0]!r}; `loquet --help` lists them", file=sys.stderr)
        return 2
    run: Callable[[list[str]], int] = importlib.import_module(COMMANDS[words[0]]).main
    try:
        return run(words[1:])
    except SystemExit as leave:  # argparse leaves this way
        return leave.code if isinstance(leave.code, int) else 2
    except KeyboardInterrupt:
        return 1


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        print(version("loquet"))
    except PackageNotFoundError:
        print("loquet, not installed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
