"""Who answers, in a process of its own as everywhere else: `python -m benchmarks.answering gateway|echo HOST PORT PASSWORD [URL]`.

In one process with whoever asks, both would wait for one interpreter. Says `up` when it listens; ends with its input.
"""

import os
import sys
import threading

ECHO, THERE = "loquet/v1/echo", "loquet/v1/there"


def main(kind: str, host: str, port: str, password: str, url: str = "") -> int:
    """Answer until the input ends."""
    (_gateway if kind == "gateway" else _echo)(host, int(port), password, url)
    return 0


def _gateway(host: str, port: int, password: str, url: str) -> None:
    from benchmarks.node import until  # noqa: PLC0415 -- the echo needs nothing of ours
    from hub.clock import SystemClock  # noqa: PLC0415
    from hub.mqtt.link import Way  # noqa: PLC0415
    from hub.mqtt.wiring import gateway  # noqa: PLC0415
    from hub.services.sealing import Vault  # noqa: PLC0415
    from hub.store.store import open_store  # noqa: PLC0415

    with open_store(url) as store:
        hub = gateway(Way(host, port, "hub.1", password), store, Vault(bytes(32)), SystemClock())
        hub.start()
        until(lambda: hub.online)
        _serve()
        hub.stop()


def _echo(host: str, port: int, password: str, _url: str) -> None:
    from benchmarks.rawmqtt import RawClient  # noqa: PLC0415

    echo = RawClient(host, port, "hub.echo", password, THERE)

    def answer() -> None:
        while True:
            echo.publish(ECHO, echo.next())

    threading.Thread(target=answer, daemon=True).start()
    _serve()


def _serve() -> None:
    os.write(sys.stdout.fileno(), b"\nup\n")  # a line of its own, whatever another thread just logs
    sys.stdin.read()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
