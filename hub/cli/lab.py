"""`loquet lab list`: which labs are here, with their machines."""

import argparse
from collections.abc import Sequence

from hub.cli.opening import NoHubError, here, refuse


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 done, 1 refused with a reason, 2 misuse."""
    from hub.store.store import open_store

    parser = argparse.ArgumentParser(prog="loquet lab", description="The labs of this hub.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="every lab and its machines")
    parser.parse_args(argv)
    try:
        settings, _ = here()
    except NoHubError as none:
        return refuse("lab", str(none))
    with open_store(settings.database_url, group=False) as store:
        for lab in store.read(lambda tx: tx.machines.labs()):
            print(f"{lab.id}  {lab.name}  ({lab.zone})")
            for machine in store.read(lambda tx, at=lab.id: tx.machines.all(lab=at)):  # type: ignore[misc]
                print(f"  {machine.id:<8} {machine.model:<28} {machine.status}")
    return 0
