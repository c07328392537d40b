"""How does a keeper begin and end? The lock, then the pins with the relay open, and only then all the rest.

Rules: a second keeper ends before it touches a pin (code 3); nothing is loaded before the relay is safe that this does
not take; SIGTERM and every exception open the relay before the process ends.
"""

import os
import pwd
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from node.keeper.alone import AlreadyRunningError, hold
from node.settings import NodeSettings, SettingsError

if TYPE_CHECKING:  # what is used below is loaded there
    from node.keeper.program import Program
    from node.ports import Clock, Hardware

ENDED: Final = 0
SECOND_KEEPER: Final = 3


def run(
    settings: NodeSettings,
    clock: "Clock",
    open_hardware: "Callable[[], Hardware]",
    started: "Callable[[Program], None] | None" = None,
) -> int:
    """Be the keeper until told to leave; the exit code.

    `open_hardware` claims the lines with the relay open; it is called once nobody else can be keeper.
    `started` gets the running program (the bench's handle). SIGTERM, SIGINT and SIGHUP end it when this is the
    main thread. Raises SettingsError before a pin is touched, and what breaks, after the relay is open.
    """
    uids = may_speak(settings.doorman_user)
    try:
        lock = hold(settings.socket)
    except AlreadyRunningError:
        _say_second(settings.socket.name)
        return SECOND_KEEPER
    try:
        hardware = open_hardware()
        try:
            from node.keeper.program import work  # noqa: PLC0415 -- it takes its time: the relay is safe now

            work(settings, clock, hardware, (uids, started))
        finally:
            hardware.close()
    finally:
        _say_stopping()
        os.close(lock)
    return ENDED


def may_speak(doorman: str | None) -> frozenset[int]:
    """Our own uid (keeper and doorman of one user), or the doorman's alone. Raises SettingsError."""
    return uid_of(doorman, "[keeper] `doorman_user`")


def uid_of(user: str | None, key: str) -> frozenset[int]:
    """Who may speak on a socket: our own uid, or that of `user` alone. Raises SettingsError."""
    if user is None:
        return frozenset({os.getuid()})
    try:
        return frozenset({pwd.getpwnam(user).pw_uid})
    except KeyError as problem:
        raise SettingsError(f"{key}: this board has no user {user!r}") from problem


def _say_second(socket: str) -> None:
    import logging  # noqa: PLC0415 -- see above

    logging.getLogger("loquet.keeper").error("event=second_keeper socket=%s", socket)


def _say_stopping() -> None:
    from node.watchdog import STOPPING, notify  # noqa: PLC0415 -- see above

    notify(STOPPING)
