"""Which data does a command work on? The folder that LOQUET_VAR names, on its own clock."""

import importlib.util
import os
import sys
from pathlib import Path

from hub.clock import SystemClock
from hub.ports import Clock
from hub.settings import BadSettings, Settings, data_folder, load

BENCH_CLOCK = "clock"  # a demo's folder holds its bench's clock: time is what that says


class NoHubError(Exception):
    """There is no hub in the data folder; the text says what to do."""


def here() -> tuple[Settings, Clock]:
    """Settings and clock of the data folder. Raises NoHubError."""
    var = data_folder(os.environ)
    try:
        return load(var, os.environ), clock_of(var)
    except BadSettings as bad:
        raise NoHubError("\n".join((*bad.lines, f"LOQUET_VAR names the data folder (now {var})"))) from bad


def clock_of(var: Path) -> Clock:
    """The machine's clock, or in a demo's folder the bench's."""
    file = var / BENCH_CLOCK
    if not file.is_file() or importlib.util.find_spec("loquet.bench") is None:
        return SystemClock()
    made: Clock = importlib.import_module("loquet.bench.clock").BenchClock(file)
    return made


def unix_user() -> str:
    """Who types: the user's name, or its number where it has none."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def refuse(command: str, text: str) -> int:
    """Say why not; the exit code of a refusal."""
    print(f"loquet {command}: {text}", file=sys.stderr)
    return 1
