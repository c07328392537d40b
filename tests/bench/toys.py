"""Toy programs: a loop with timers on the bench's clock, and a launcher's bench around them."""

import threading
from pathlib import Path

from loquet.bench.agent import Agent
from loquet.bench.cable import Cable
from loquet.bench.clock import BenchClock
from loquet.bench.controller import Controller, Node


class Toy:
    """A program that notes when each of its timers was due and when it ran."""

    def __init__(self, clock: BenchClock, every_ms: int | None = None, dues: list[int] | None = None) -> None:
        self.clock = clock
        self.condition = threading.Condition()
        self.dues = sorted(dues or [])
        self.every_ms = every_ms
        self.next_beat = 0
        self.ran: list[tuple[int, int]] = []
        self.beats = 0
        self.stop = False
        self.thread = threading.Thread(target=self.loop, daemon=True)

    def loop(self) -> None:
        with self.condition:
            while not self.stop:
                now_ms = self.clock.monotonic_ms()
                while self.dues and self.dues[0] <= now_ms:
                    self.ran.append((self.dues.pop(0), now_ms))
                beat = now_ms + self.every_ms if self.every_ms else None
                self.clock.wait_until(self.condition, self.dues[0] if self.dues else None, beat)
                self.beats += 1

    def end(self) -> None:
        with self.condition:
            self.stop = True
            self.condition.notify_all()
        self.thread.join(10)


class NoMains:
    def __init__(self) -> None:
        self.cuts: list[list[str]] = []
        self.given: list[list[str]] = []

    def cut(self, names: list[str]) -> None:
        self.cuts.append(names)

    def give(self, names: list[str]) -> None:
        self.given.append(names)

    def runs(self, name: str) -> bool:
        return name != "broker"


class Bench:
    """A controller with toy programs, each with its own mapping of the one clock file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = BenchClock(folder / "clock")
        self.mains = NoMains()
        self.cable = Cable(("127.0.0.1", 1))
        self.node = Node("las-1", "LAS-1", self.cable)
        self.controller = Controller(self.clock, [self.node], self.mains)
        self.path = folder / "bench.sock"
        self.controller.listen(self.path)
        self.toys: list[Toy] = []
        self.agents: list[Agent] = []

    def toy(
        self,
        name: str,
        *after_ms: int,
        every_ms: int | None = None,
        kind: type[Toy] = Toy,
        **handlers: object,
    ) -> Toy:
        clock = BenchClock(self.folder / "clock")
        base_ms = clock.monotonic_ms()
        toy = kind(clock, every_ms, [base_ms + ms for ms in after_ms])
        agent = Agent(clock, name, handlers)  # type: ignore[arg-type]
        toy.thread.start()
        agent.start(str(self.path))
        self.toys.append(toy)
        self.agents.append(agent)
        return toy

    def close(self) -> None:
        for toy in self.toys:
            toy.end()
        for agent in self.agents:
            if agent.channel is not None:
                agent.channel.close()
        self.controller.close()
