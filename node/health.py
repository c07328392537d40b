"""How is this board? Voltage, temperature, card, disk: read from the kernel's files, never written.

Rules: what cannot be read is said to be unknown, never good; every figure stands beside the limit it is
judged by. `root` is "/" on a board and a folder in a test.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "unknown"
ORDER: Final = (BAD, WARN, UNKNOWN, GOOD)

WARM_C, HOT_C = 70, 80  # a Raspberry Pi lowers its clock from 80 °C on
LOW_FREE_MB, LEAST_FREE_MB = 200, 20  # SQLite needs room for a transaction and its journal
BUSY_CARD_MB_H: Final = 50  # a node at rest writes nothing; 50 MB an hour wear out a small card in some years
SECTOR_BYTES: Final = (
    512  # Linux counts sectors of 512 bytes, whatever the card has (Documentation/block/stat)
)
UNDER_VOLTAGE_NOW, UNDER_VOLTAGE_SEEN = (
    1 << 0,
    1 << 16,
)  # get_throttled (Raspberry Pi documentation, vcgencmd)
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, how it is, and the words for a person."""

    part: str
    result: str
    words: str


def worst(findings: list[Finding]) -> str:
    """The result of the whole; what is unknown is no fault."""
    results = {finding.result for finding in findings}
    return next((result for result in (BAD, WARN) if result in results), GOOD)


def as_dicts(findings: list[Finding]) -> list[dict[str, str]]:
    """For JSON."""
    return [asdict(finding) for finding in findings]


def board(state_dir: Path, uptime_s: float, root: Path = Path("/")) -> list[Finding]:
    """All of it; `uptime_s` since the board was started."""
    return [voltage(root), temperature(root), card(root, uptime_s), disk(state_dir)]


def voltage(root: Path) -> Finding:
    """Under-voltage now, or since the board was started."""
    flags = _hex(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    alarms = [_number(path) for path in _named(root, "rpi_volt", "in0_lcrit_alarm")]
    if flags is None and not alarms:
        return Finding("voltage", UNKNOWN, "this board does not tell of under-voltage")
    if 1 in alarms or (flags or 0) & UNDER_VOLTAGE_NOW:
        return Finding("voltage", BAD, "under-voltage now: better supply, shorter cable")
    if (flags or 0) & UNDER_VOLTAGE_SEEN:
        return Finding("voltage", WARN, "under-voltage since the board was started")
    return Finding("voltage", GOOD, "no under-voltage")


def temperature(root: Path) -> Finding:
    """Of the processor."""
    milli = _number(root / "sys/class/thermal/thermal_zone0/temp")
    if milli is None:
        return Finding("temperature", UNKNOWN, "this board tells no temperature")
    degrees = milli / 1000
    result = BAD if degrees >= HOT_C else WARN if degrees >= WARM_C else GOOD
    return Finding("temperature", result, f"{degrees:.0f} °C (warm from {WARM_C}, hot from {HOT_C})")


def card(root: Path, uptime_s: float) -> Finding:
    """What was written to the SD card since the board was started."""
    stats = sorted(root.glob("sys/block/mmcblk[0-9]/stat"))
    if not stats:
        return Finding("card", UNKNOWN, "this board has no SD card")
    fields = _text(stats[0]).split()
    if len(fields) < 7 or not fields[6].isdigit():
        return Finding("card", UNKNOWN, "the card's count cannot be read")
    written_mb = int(fields[6]) * SECTOR_BYTES / MB
    hourly_mb = written_mb / max(uptime_s / 3600, 1)
    result = WARN if hourly_mb > BUSY_CARD_MB_H else GOOD
    words = (
        f"{written_mb:.0f} MB written since start, {hourly_mb:.1f} MB an hour (many from {BUSY_CARD_MB_H})"
    )
    return Finding("card", result, words)


def disk(state_dir: Path) -> Finding:
    """Room for journal and shelf."""
    try:
        card = os.statvfs(state_dir)  # shutil would load every packer there is
        free_mb = card.f_bavail * card.f_frsize / MB
    except OSError as problem:
        return Finding("disk", BAD, f"{state_dir.name}: {problem.strerror}")
    result = BAD if free_mb < LEAST_FREE_MB else WARN if free_mb < LOW_FREE_MB else GOOD
    return Finding("disk", result, f"{free_mb:.0f} MB free (little below {LOW_FREE_MB})")


def _named(root: Path, name: str, file: str) -> list[Path]:
    """That file of every hwmon device of that name."""
    found = root.glob("sys/class/hwmon/hwmon*/name")
    return [path.parent / file for path in sorted(found) if _text(path).strip() == name]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""


def _number(path: Path) -> int | None:
    text = _text(path).strip()
    return int(text) if text.lstrip("-").isdigit() else None


def _hex(path: Path) -> int | None:
    try:
        return int(_text(path).strip() or "-", 16)
    except ValueError:
        return None
