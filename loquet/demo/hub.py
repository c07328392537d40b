"""The hub of a demo: the real one, on the bench's clock, with the bench's page."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.vocabulary import BadgeState, Role
from hub.cli.building import Hub, build, hold
from hub.cli.serving import Server
from hub.ports import Person, Tx
from hub.services.sealing import Vault
from hub.settings import Settings, load
from hub.web.bench import BenchRefusal
from loquet.bench.agent import Agent
from loquet.bench.channel import BenchNo
from loquet.bench.clock import BenchClock
from loquet.demo.lab import LAB
from loquet.demo.members import FIXED

FIXED_EMAILS = [one.email for one in FIXED]
SHOWN_ROLES = (Role.MANAGER, Role.STAFF, Role.TRAINER)


class Bench:
    """The launcher, for the hub's bench page: `hub.web.bench.BenchPort`."""

    def __init__(self, agent: Agent) -> None:
        """`agent` is this program's line to the launcher; `hub` comes when it is built."""
        self._agent = agent
        self.hub: Hub | None = None

    def state(self) -> dict[str, Any]:
        """The launcher's state, and the badges that this hub knows."""
        if self.hub is None:
            raise BenchRefusal(504, "the hub is still starting")
        vault = self.hub.vault
        return {**self._ask("state", {}), "badges": self.hub.store.read(lambda tx: badges(tx, vault))}

    def do(self, what: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Have the launcher do it."""
        answer: dict[str, Any] = self._ask(what, facts)
        return answer

    def _ask(self, what: str, facts: Mapping[str, Any]) -> Any:
        if self._agent.channel is None:
            raise BenchRefusal(504, "the launcher is away")
        try:
            return self._agent.channel.call(what, within_s=10.0, **facts)
        except BenchNo as no:
            raise BenchRefusal(no.status if no.status in {404, 409, 422} else 504, no.text) from no
        except TypeError as rubbish:
            raise BenchRefusal(422, "a field is not what it should be") from rubbish


def badges(tx: Tx, vault: Vault) -> list[dict[str, Any]]:
    """Every active badge, the fixed accounts' first."""
    shown = []
    for one in tx.badges.in_lab(LAB):
        person = tx.people.get(one.person)
        if one.state is BadgeState.ACTIVE and person is not None:
            shown.append(badge(vault.open(one.sealed), person, tx))
    order = {email: place for place, email in enumerate(FIXED_EMAILS)}
    return sorted(shown, key=lambda each: (order.get(each["email"], len(order)), each["who"]))


def badge(uid: bytes, person: Person, tx: Tx) -> dict[str, Any]:
    """One badge as the tray shows it."""
    above = [role.value for role in SHOWN_ROLES if person.has(role, LAB)]
    return {
        "uid": uid.hex().upper(),
        "who": person.name,
        "email": person.email,
        "fixed": person.email in FIXED_EMAILS,
        "courses": [one.course for one in tx.certificates.of(person.id)],
        "role": above[0] if above else None,
    }


def surroundings(folder: Path, port: str, broker_port: str) -> dict[str, str]:
    """What this start adds to hub.toml: its ports, and where its broker is."""
    return {
        "LOQUET_HUB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LOQUET_HUB_PORT": port,
        "LOQUET_BROKER_HOST": "127.0.0.1",
        "LOQUET_BROKER_PORT": broker_port,
        "LOQUET_BROKER_TLS": "false",
        "LOQUET_BROKER_PASSWORD_FILE": str(folder / "broker" / "hub.password"),
    }


def standing_of(hub: Hub) -> dict[str, Any]:
    """Whether the hub rests: no message under way, nothing in the outbox, no mail due."""
    return {"idle": hub.link.idle() and hub.postman.idle(), "waiting": 1, "turns": hub.jobs.turns}


def start(folder: Path, settings: Settings) -> Hub:
    """In gunicorn's worker: the hub with its line to the launcher."""
    clock = BenchClock(folder / "clock")
    handlers: dict[str, Any] = {}
    agent = Agent(clock, "hub", handlers)
    bench = Bench(agent)
    hub = build(settings, clock, bench=bench)
    bench.hub = hub
    agent.add("standing", lambda: standing_of(hub))
    agent.start()
    return hub


def main(var: str, port: str, broker_port: str) -> int:
    """Serve until SIGTERM."""
    folder = Path(var)
    settings = load(folder, surroundings(folder, port, broker_port))
    holder = hold(folder)
    Server(f"127.0.0.1:{port}", lambda: start(folder, settings)).run()
    holder.resign()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
