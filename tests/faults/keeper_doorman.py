"""A doorman of a few lines, as a process: starts a session `sys.argv[2]`, says so, and waits to be killed.

Without a session's name it says the keeper's state, and waits.
"""

import json
import socket
import sys

from core.wire.socket import FROM_KEEPER, decode, encode
from node.clock import SystemClock


class Doorman:
    """Speaks to the keeper at `path`; every wait is bounded by the socket's time-out."""

    def __init__(self, path):
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.line.settimeout(20)
        self.line.connect(path)
        self.asked = 0

    def say(self, msg, **fields):
        self.line.send(encode({"msg": msg, **fields}))

    def hear(self, *kinds):
        while True:
            packet = self.line.recv(5000)
            if not packet:
                raise EOFError
            said = decode(packet, FROM_KEEPER)
            if said["msg"] in kinds:
                return said

    def hello(self):
        self.say("hello", v=1, pid=1)
        welcome = self.hear("welcome")
        self.say("stale", on=False)
        return welcome

    def energise(self, session):
        now_ms = SystemClock().monotonic_ms()
        self.asked += 1
        self.say(
            "energise",
            id=f"r{self.asked}",
            session=session,
            kind="use",
            who="bo",
            responsible=None,
            booking=None,
            tap_ms=now_ms,
            until_ms=now_ms + 3_600_000,
            until="2026-11-24T10:00:00.000Z",
            view=[1, 1],
            reason=None,
        )
        return self.hear("ok", "no")

    def stop_now(self, session):
        self.say("stop-now", id="stop", session=session, reason="staff-stop", by="ann")
        return self.hear("ok", "no")


def main() -> None:
    doorman = Doorman(sys.argv[1])
    welcome = doorman.hello()
    told = doorman.energise(sys.argv[2])["msg"] if len(sys.argv) > 2 else json.dumps(welcome["state"])
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
    doorman.hear("never")


if __name__ == "__main__":
    main()
