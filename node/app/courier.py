"""How is a courier put together? Settings in, one program out."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.wire.socket import Message
from node.clock import SystemClock
from node.courier.courier import Courier, Errand
from node.courier.events import Leave
from node.courier.keeper_line import KeeperLine
from node.courier.link import PlugLink, Way
from node.courier.plug import PlugMemory
from node.courier.plugs import Dialect
from node.courier.polling import Caller, PrinterPoll
from node.courier.printers import QUESTIONS
from node.courier.shelly import ShellyGen1, ShellyGen2
from node.courier.signing_in import Digest, Login, basic
from node.courier.tasmota import Tasmota
from node.drivers import PLUG_POWER, Plug
from node.inbox import Inbox
from node.ports import Clock
from node.settings import NodeSettings, SettingsError
from node.watchdog import ALIVE, READY, STOPPING, notify


class Roads:
    """The courier's ways out; what this errand does not need is not there."""

    def __init__(self, line: KeeperLine, link: PlugLink | None, caller: Caller | None) -> None:
        self._line, self._link, self._caller = line, link, caller

    def report(self, message: Message) -> bool:
        """One packet to the keeper."""
        return self._line.report(message)

    def say(self, topic: str, payload: str) -> bool:
        """One message to the plug."""
        return self._link is not None and self._link.say(topic, payload)

    def call(self, url: str) -> None:
        """One HTTP call to the plug."""
        if self._caller is not None:
            self._caller.call(url)


class CourierProgram:
    """One courier with its threads. `run` in the main thread; `stop` from any."""

    def __init__(self, courier: Courier, inbox: Inbox[object], threads: tuple[Any, ...]) -> None:
        self._courier, self._inbox, self._threads = courier, inbox, threads
        courier.pulse = lambda: notify(ALIVE)

    def stop(self) -> None:
        """End soon."""
        self._inbox.put(Leave())

    def run(self) -> int:
        """Serve until told to stop; the exit code."""
        for thread in self._threads:
            thread.start()
        notify(READY)
        try:
            self._courier.run()
        finally:
            notify(STOPPING)
            for thread in self._threads:
                thread.stop()
        return 0


def courier_program(settings: NodeSettings, *, clock: Clock | None = None) -> CourierProgram:
    """The courier of this node. Raises SettingsError."""
    drivers, clock = settings.drivers, clock or SystemClock()
    if drivers.courier is None:
        raise SettingsError("this node needs no courier: neither [power] nor [busy] names a network driver")
    inbox: Inbox[object] = Inbox(clock)
    line = KeeperLine(drivers.courier, inbox.put)
    dialect = _dialect(drivers.plug, settings.id) if drivers.plug is not None else None
    link = caller = poll = memory = None
    if drivers.plug is not None and dialect is not None:
        memory = PlugMemory(dialect, drivers.plug.dead_man_s)
        link = PlugLink(_way(drivers.plug, settings.id), dialect.topics(), inbox.put)
        web = _login(drivers.plug.http_user, drivers.plug.http_password_file)
        caller = Caller(inbox.put, basic(web) if web else None) if drivers.plug.url is not None else None
    if drivers.printer is not None:
        question, headers = QUESTIONS[drivers.printer.kind], _headers(drivers.printer.key_file)
        login = _login(drivers.printer.user, drivers.printer.password_file)
        digest = Digest(login) if login else None
        poll = PrinterPoll(drivers.printer.url, question, headers, inbox.put, digest)
    by_watts = drivers.threshold_w if drivers.busy == PLUG_POWER else None
    errand = Errand(memory, by_watts, printer=poll is not None)
    courier = Courier(clock, inbox, Roads(line, link, caller), errand)
    threads = tuple(thread for thread in (line, link, caller, poll) if thread is not None)
    return CourierProgram(courier, inbox, threads)


def _dialect(plug: Plug, node: str) -> Dialect:
    if plug.kind == "tasmota":
        return Tasmota(plug.topic, plug.dead_man_s)
    if plug.url is not None:
        return ShellyGen1(plug.topic, plug.url, plug.dead_man_s)
    return ShellyGen2(plug.topic, f"courier-{node}", plug.dead_man_s)


def _way(plug: Plug, node: str) -> Way:
    tls = ssl.create_default_context(cafile=plug.ca) if plug.tls else None
    return Way(plug.host, plug.port, f"courier-{node}", plug.user, secret(plug.password_file), tls)


def _login(user: str | None, password_file: Path | None) -> Login | None:
    password = secret(password_file)
    return None if user is None or password is None else Login(user, password)


def _headers(key_file: Path | None) -> Mapping[str, str]:
    key = secret(key_file)
    accept = {"Accept": "application/json"}
    return accept if key is None else accept | {"X-Api-Key": key}


def secret(file: Path | None) -> str | None:
    """The one line of a secret's file. Raises SettingsError."""
    if file is None:
        return None
    try:
        found = file.read_text(encoding="utf-8").strip()
    except OSError as problem:
        raise SettingsError(f"{file}: cannot be read ({problem.strerror})") from problem
    if not found.isprintable() or not found:
        raise SettingsError(f"{file}: holds no secret")
    return found
