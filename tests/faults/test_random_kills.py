"""Node, hub and broker are killed at random while people tap: whatever a keeper journalled, the hub has, once.

LOQUET_KILLS sets how many processes die (promises.md: 60 and more before a release), LOQUET_SEED in which order.
"""

import json
import os
import random
import signal
import sqlite3
import threading

import pytest

from loquet.bench.channel import BenchNo
from tests.together.demo import Demo, until

pytestmark = [pytest.mark.mosquitto, pytest.mark.timeout(900)]
KILLS = int(os.environ.get("LOQUET_KILLS", "12"))
SEED = int(os.environ.get("LOQUET_SEED", "7"))
NODES = ("las-1", "cnc-2", "3dp-1")
VICTIMS = ("broker", "hub", *(f"{program} {node}" for node in NODES for program in ("keeper", "doorman")))
SETTLED_S = 60.0


@pytest.fixture
def demo():
    made = Demo("--empty")
    try:
        yield made.start()
    finally:
        made.stop()


def rows(file, query):
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5) as base:
        found = base.execute(query).fetchall()
    base.close()
    return found


def journalled(demo):
    """(node, hash) of every record on every node's card, each once."""
    found = []
    for node in NODES:
        file = demo.var / "nodes" / node / "state" / "journal.db"
        found += [(node, json.loads(text)["hash"]) for (text,) in rows(file, "SELECT text FROM record")]
    assert len(found) == len(set(found))
    return set(found)


def stored(demo):
    """The same, as the hub has it: once each."""
    found = rows(demo.var / "loquet.db", "SELECT node, hash FROM record")
    assert len(found) == len(set(found))
    return set(found)


def tap(demo, dice, uids):
    """Somebody lays a badge; whatever is down just then may refuse."""
    try:
        demo.line.call("tap", within_s=15, node=dice.choice(NODES), uid=dice.choice(uids))
    except BenchNo:
        return


def people_tap(demo, over):
    """They go on tapping until it is `over`, whatever is killed beside them."""
    dice, uids = random.Random(SEED + 1), [demo.uid(who) for who in ("maker", "second")]
    while not over.wait(0.02):
        tap(demo, dice, uids)


def kill(demo, name, killed):
    """Kill one program that runs (again, where it was `killed` before); the launcher starts it anew."""
    assert until(lambda: demo.pids().get(name, killed.get(name)) != killed.get(name), 30), name
    killed[name] = demo.pids()[name]
    os.kill(killed[name], signal.SIGKILL)


def test_whatever_dies_the_hub_has_every_journalled_record_once(demo):
    dice, over, killed = random.Random(SEED), threading.Event(), {}
    order = list(VICTIMS) + dice.choices(VICTIMS, k=max(0, KILLS - len(VICTIMS)))
    dice.shuffle(order)
    people = threading.Thread(target=people_tap, args=(demo, over))
    people.start()
    try:
        for name in order[: max(KILLS, 1)]:
            kill(demo, name, killed)
            over.wait(dice.random() * 0.4)  # the next one dies in the midst of this one's return
    finally:
        over.set()
        people.join()
    assert until(lambda: journalled(demo) == stored(demo), SETTLED_S), "not all records have come"
    assert rows(demo.var / "loquet.db", "SELECT count(*) FROM record_aside") == [(0,)]
    kinds = [json.loads(text)["type"] for (text,) in rows(demo.var / "loquet.db", "SELECT text FROM record")]
    assert "power-on" in kinds
    opened = {"session-start", "session-end"}
    sessions = [
        (told["session"], told["type"])
        for (text,) in rows(demo.var / "loquet.db", "SELECT text FROM record")
        if (told := json.loads(text))["type"] in opened
    ]
    assert len(sessions) == len(set(sessions))  # nobody's session starts or ends twice
