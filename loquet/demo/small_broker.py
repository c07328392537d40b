"""What carries the demo's messages where there is no Mosquitto? amqtt, with the same passwords and topics.

Good enough to show, never to rely on: it speaks MQTT 3.1.1 alone and forgets its queue (parts.md).
"""

import asyncio
import hmac
import json
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from amqtt.broker import Broker
from amqtt.contexts import Action
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

UPS = ("state", "hello", "records", "ask", "done")
TREE = "loquet/v1"


class Doorkeeper(BaseAuthPlugin):  # type: ignore[misc]
    """Lets in who has a user name, its password, and itself as client id."""

    async def authenticate(self, *, session: Session) -> bool | None:
        """Whether this connection may stay."""
        word = self.config.passwords.get(session.username or "")
        if word is None or session.client_id != session.username:
            return False
        return hmac.compare_digest(word, session.password or "")

    @dataclass
    class Config:
        """User names and their passwords."""

        passwords: dict[str, str] = field(default_factory=dict)


class Postman(BaseTopicPlugin):  # type: ignore[misc]
    """Holds each user to its own topics: wire.md, "Names and the broker"."""

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool | None:
        """Whether this user may say, hear or ask for this topic."""
        user = (session.username if session else None) or ""
        return allowed(user, topic or "", writing=action == Action.PUBLISH)

    @dataclass
    class Config:
        """Nothing to set."""


def allowed(user: str, topic: str, *, writing: bool) -> bool:
    """The access list, as one question."""
    if user.startswith("hub."):
        return topic.startswith(f"{TREE}/")
    if writing:
        return topic in {f"{TREE}/node/{user}/up/{name}" for name in UPS}
    return topic.startswith((f"{TREE}/node/{user}/down/", f"{TREE}/hub/"))


def config_of(port: int, passwords: dict[str, str]) -> dict[str, Any]:
    """amqtt's own configuration: loopback alone, no anonymous user."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {
            "loquet.demo.small_broker.Doorkeeper": {"passwords": passwords},
            "loquet.demo.small_broker.Postman": {},
        },
    }


async def serve(port: int, passwords: dict[str, str]) -> None:
    """Carry messages until SIGTERM."""
    broker = Broker(config_of(port, passwords))
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await broker.start()
    await over.wait()
    await broker.shutdown()


def main(file: str) -> int:
    """Serve what `file` (JSON: port, passwords) says."""
    wanted = json.loads(Path(file).read_text())
    asyncio.run(serve(wanted["port"], wanted["passwords"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
