"""B2: how long does a node wait for the hub's answer about a badge, beside a bare echo through the same broker?

QoS 1 both ways, sealed, decided from the database. The worst of a round is told too: a Nagle of 40 ms would show there.
Gateway and echo have a process each, as a hub has: in one with whoever asks, both would wait for one interpreter.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from time import perf_counter

from sqlalchemy import create_engine

from benchmarks.answering import ECHO, THERE
from benchmarks.disk import on_disk
from benchmarks.figure import Figure
from benchmarks.lab import LAB, Busy, fill, row, sqlite_lab
from benchmarks.node import uid_of
from benchmarks.processes import ROOT, compiled
from benchmarks.rawmqtt import RawClient
from benchmarks.rounds import Cost, Effort, compare, cost, timed, took
from core.vocabulary import Purpose
from core.wire import messages, post, topics
from core.wire.seal import Keys, badge_key
from core.wire.topics import Down
from hub.clock import SystemClock
from hub.ports import Store, Tx
from hub.services.enrolling import enrol_badge
from hub.services.sealing import Vault
from hub.store.store import open_store
from loquet.parts import locate
from tests.broker import Broker

SECRET = bytes(range(32))
NODE, MACHINE = "las-1", "LAS-1"
USERS = {"hub.1": "hub-secret", NODE: "las-secret", "hub.echo": "echo-secret", "hub.asks": "asks-secret"}


def measure(effort: Effort) -> Iterator[Figure]:
    """One question after the other, as a lab asks."""
    if locate("mosquitto") is None:
        yield Figure("B2", "Mosquitto is not on this machine", "-", "-", "<= 6x", "<= 3x", reached=False)
        return
    with ExitStack() as stack:
        busy = stack.enter_context(sqlite_lab(effort.size(1_000, 50), effort.size(100, 10)))
        store: Store = stack.enter_context(open_store(busy.url))
        broker = Broker(stack.enter_context(on_disk()) / "broker", USERS)
        broker.start()
        stack.callback(broker.stop)
        slowest: list[float] = []
        ours = _questions(stack, broker, store, busy, slowest, effort)
        found = compare(ours, _echoes(stack, broker, effort), effort)
        yield cost(("B2", "question over MQTT, answered from the database : an echo"), found, due=6, aim=3)
        worst = max(slowest)
        yield Figure(
            "B2",
            "the slowest question (a 40 ms mode would show)",
            took(worst),
            "40 ms",
            "< 40 ms",
            "-",
            reached=worst < 0.04,
        )


def _questions(
    stack: ExitStack, broker: Broker, store: Store, busy: Busy, slowest: list[float], effort: Effort
) -> Cost:
    clock, keys = SystemClock(), Keys.of(SECRET)
    _furnish(store, busy, Vault(bytes(32)))
    _beside(stack, broker, "gateway", "hub.1", busy.url)
    node = RawClient(broker.host, broker.port, NODE, USERS[NODE], topics.down(NODE, Down.ANSWER))
    stack.callback(node.close)
    key, numbers = badge_key(keys.badge, uid_of(0)), count()

    def one() -> None:
        ask = messages.Ask(f"q{next(numbers)}", "nonce", clock.wall(), messages.Badge(key), Purpose.USE)
        start = perf_counter()
        node.publish(*post.from_node(NODE, keys, ask))
        answer = node.next()
        slowest.append(perf_counter() - start)
        if not answer:
            raise RuntimeError("an empty answer")

    one()
    slowest.clear()
    return lambda: timed(one, effort.size(30, 2))


def _furnish(store: Store, busy: Busy, vault: Vault) -> None:
    """The node, badges, and a slot that runs now: whose the question is about."""
    now = datetime.now(UTC)

    def put(tx: Tx) -> None:
        tx.nodes.add(NODE, LAB, MACHINE, vault.seal(SECRET), now)
        for number, person in enumerate(busy.members):
            enrol_badge(tx, vault, person, uid_of(number), person, now)

    store.write(put)
    engine = create_engine(busy.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM reservation WHERE seat = 1")
    hours = timedelta(hours=2)
    fill(engine, [row("running", 0, busy.members[0], now - hours, now + hours) | {"status": "confirmed"}])
    engine.dispose()


def _echoes(stack: ExitStack, broker: Broker, effort: Effort) -> Cost:
    _beside(stack, broker, "echo", "hub.echo")
    asks = RawClient(broker.host, broker.port, "hub.asks", USERS["hub.asks"], ECHO)
    stack.callback(asks.close)
    body = bytes(300)  # what a question has

    def one() -> None:
        asks.publish(THERE, body)
        asks.next()

    return lambda: timed(one, effort.size(30, 2))


def _beside(stack: ExitStack, broker: Broker, kind: str, user: str, *more: str) -> None:
    """Start who answers; it is there when this returns, and ends with the stack."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.answering",
        kind,
        broker.host,
        str(broker.port),
        USERS[user],
        *more,
    ]
    child = stack.enter_context(
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=compiled())
    )
    if child.stdout is None:
        raise RuntimeError("no pipe")
    stack.callback(child.communicate, timeout=20)  # its input ends, and so does it
    if b"up\n" not in child.stdout:  # what it logs before is passed over
        raise RuntimeError(f"the {kind} does not come up")
