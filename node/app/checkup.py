"""`loquet node selftest` and `loquet node doctor`: a dated report for a person, or JSON for a program.

The selftest is the running doorman's (he tries the extraction, journals the result, tells the hub); the doctor
looks at files and board, and asks the doorman how he is; he changes nothing. Exit codes: 0 nothing is bad,
1 something is, or cannot be asked; 2 misuse.
"""

import json
import stat
from datetime import datetime
from pathlib import Path

from core.timeline import stamp
from node.app import stop_post
from node.clock import SystemClock
from node.doorman.examining import Report
from node.doorman.hatch import ask
from node.health import BAD, GOOD, UNKNOWN, WARN, Finding, as_dicts, board, worst
from node.settings import NodeSettings, SettingsError, load

LOOK_WITHIN_S = 5.0


def hatch_of(settings: NodeSettings) -> Path:
    """Where the doorman of this node can be asked."""
    return settings.run_dir / f"{settings.id}.hatch"


def selftest(config: Path) -> Report:
    """The doorman's own selftest, or what can be said without him. Raises SettingsError."""
    settings = load(config)
    report = ask(hatch_of(settings), "selftest")
    return report if report is not None else _dated([_no_doorman(), *_board(settings)])


def doctor(config: Path) -> Report:
    """Settings, files, board, and the doorman's word on himself."""
    try:
        settings = load(config)
    except SettingsError as problem:
        return _dated([Finding("settings", BAD, str(problem))])
    sound = Finding("settings", GOOD, f"{config.name} is sound")
    at_the_end = stop_post.judged(config.parent, settings.pins.get("relay"))
    findings = [sound, _wiring(settings), at_the_end, *_files(settings)]
    told = ask(hatch_of(settings), "look", LOOK_WITHIN_S)
    if told is None:
        return _dated([*findings, _no_doorman(), *_board(settings)])
    return {**told, "findings": [*as_dicts(findings), *told["findings"]], "result": _both(told, findings)}


def show(report: Report, *, as_json: bool) -> str:
    """The report as text."""
    if as_json:
        return json.dumps(report, ensure_ascii=False, indent=2)
    width = max((len(one["part"]) for one in report["findings"]), default=0)
    lines = [f"{one['result']:8}{one['part']:{width}}  {one['words']}" for one in report["findings"]]
    return "\n".join([*lines, f"{report['at']}: {report['result']}"])


def exit_code(report: Report) -> int:
    """0 nothing is bad, 1 something is."""
    return 1 if report["result"] == BAD else 0


def _both(told: Report, findings: list[Finding]) -> str:
    known = [Finding("doorman", str(told["result"]), ""), *findings]
    return worst(known)


def _dated(findings: list[Finding], now: datetime | None = None) -> Report:
    at = stamp(now if now is not None else SystemClock().wall())
    return {"at": at, "result": worst(findings), "findings": as_dicts(findings)}


def _board(settings: NodeSettings) -> list[Finding]:
    return board(settings.state_dir, SystemClock().monotonic_ms() / 1000)


def _no_doorman() -> Finding:
    return Finding(
        "doorman", BAD, "does not answer: is loquet-doorman running, and are you its user or root?"
    )


def _wiring(settings: NodeSettings) -> Finding:
    if settings.board is None:
        return Finding("wiring", UNKNOWN, "no [board]: nothing is known of the wiring")
    return Finding("wiring", GOOD, f"{settings.board.name}: nothing that the wiring page forbids")


def _files(settings: NodeSettings) -> list[Finding]:
    found = [_secret("key", settings.key_file)]
    try:
        settings.key()
    except SettingsError as problem:
        found.append(Finding("key", BAD, str(problem)))
    secrets = {"password": settings.broker.password_file}
    if settings.drivers.plug is not None:
        secrets["plug"] = settings.drivers.plug.password_file
    found += [_secret(name, file) for name, file in secrets.items() if file is not None]
    return found


def _secret(part: str, file: Path) -> Finding:
    """A secret is there and nobody else's."""
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError as problem:
        return Finding(part, BAD, f"{file.name}: {problem.strerror}")
    if mode & 0o077:
        return Finding(part, WARN, f"{file.name} can be read by others (mode {mode:o}): chmod 600")
    return Finding(part, GOOD, f"{file.name} is there and private")
