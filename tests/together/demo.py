"""A whole demo in a folder of its own, driven through its doors alone: HTTP, the command line, and pids."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from loquet.bench.agent import call_home
from loquet.bench.channel import Channel
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TUESDAY = "2026-11-24T10:30:00+01:00"  # the lab opened half an hour ago, and is open till 18
READY_S = 90.0
LOOK_S = 0.05


class Answer:
    """What a door said."""

    def __init__(self, status: int, body: bytes, headers: Any) -> None:
        self.status, self.body, self.headers = status, body, headers

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


class Demo:
    """One running demo."""

    def __init__(self, *options: str, now: str | None = TUESDAY, var: Path | None = None) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="lqt-"))
        self.var = var or self.root / "var"
        self.port = free_port()
        self.options = [*options, *(["--now", now] if now else [])]
        self.process: subprocess.Popen[str] | None = None
        self.said: list[str] = []
        self.tokens: dict[tuple[str, str], str] = {}
        self._line: Channel | None = None

    # --- its life ---
    def start(self) -> "Demo":
        argv = [sys.executable, "-m", "loquet", "demo", "--var", str(self.var), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*argv, "--no-browser", *self.options],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        ready = threading.Event()
        threading.Thread(target=self._listen, args=(ready,), daemon=True).start()
        if not ready.wait(READY_S) or not any("Ctrl-C" in line for line in self.said):
            logs = "\n".join(
                f"== {p.name}\n{p.read_text()[-1500:]}" for p in (self.var / "log").glob("*.log")
            )
            self.stop()
            raise AssertionError("the demo did not start:\n" + "".join(self.said) + logs)
        return self

    def _listen(self, ready: threading.Event) -> None:
        for line in self.process.stdout:
            self.said.append(line)
            if "Ctrl-C" in line:
                ready.set()
        ready.set()
        self.process.stdout.close()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End it, and wait until it has ended."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()

    def pids(self) -> dict[str, int]:
        pids: dict[str, int] = json.loads((self.var / "running.json").read_text())["pids"]
        return pids

    # --- its doors ---
    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, answer.read(), answer.headers)
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.read(), refused.headers)

    def api(self, who: str, method: str, path: str, body: object = None, scope: str = "book") -> Answer:
        token = self.token(who, scope)
        return self.ask(method, f"/api/v1{path}", body, Authorization=f"Bearer {token}", Accept_Language="en")

    def token(self, who: str, scope: str) -> str:
        if (who, scope) not in self.tokens:
            ran = self.loquet("token", "--as", f"{who}@demo.example", "--scope", scope)
            assert ran.returncode == 0, ran.stderr
            self.tokens[who, scope] = ran.stdout.splitlines()[-1]
        return self.tokens[who, scope]

    def loquet(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "loquet", *words], cwd=ROOT, capture_output=True, text=True, check=False,
            env={**os.environ, "LOQUET_VAR": str(self.var)},
        )  # fmt: skip

    def me(self, who: str) -> str:
        """The id of a person."""
        found: str = self.api(who, "GET", "/me").json["id"]
        return found

    # --- its bench, by HTTP; and by the launcher's own line when the hub is stopped ---
    def bench(self, do: str, **facts: object) -> Any:
        answer = self.ask("POST", f"/bench/{do}", facts)
        assert answer.status == 200, (do, facts, answer.status, answer.text)
        return answer.json

    @property
    def line(self) -> Channel:
        if self._line is None:
            self._line = call_home("", {}, json.loads((self.var / "running.json").read_text())["bench"])
        return self._line

    def state(self) -> Any:
        return self.ask("GET", "/bench/state").json

    def node(self, node: str) -> Any:
        return self.line.call("state")["nodes"][node]

    def uid(self, who: str) -> str:
        badges = self.state()["badges"]
        found: str = next(badge["uid"] for badge in badges if badge["email"] == f"{who}@demo.example")
        return found

    def now(self) -> datetime:
        return datetime.fromisoformat(self.line.call("state")["now"])

    def advance_to(self, at: datetime) -> None:
        """Let time pass until `at`."""
        left = (at - self.now()).total_seconds()
        assert left >= 0, f"{at} is over"
        self.bench("clock", advance_s=left)

    def sessions(self, machine: str) -> list[Any]:
        items: list[Any] = self.api(
            "manager", "GET", f"/sessions?machine={machine}&limit=50", scope="staff"
        ).json["items"]
        return items

    def slot(self, who: str, machine: str, start: datetime, minutes: int = 30) -> Answer:
        """Ask for a reservation."""
        body = {"machine": machine, "start": stamp(start), "end": stamp(start + timedelta(minutes=minutes))}
        return self.api(who, "POST", "/reservations", body)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def next_quarter(at: datetime, minutes: int = 15) -> datetime:
    """The next grid point after `at`."""
    whole = at.replace(minute=0, second=0, microsecond=0)
    while whole <= at:
        whole += timedelta(minutes=minutes)
    return whole


def until(condition: Callable[[], Any], within_s: float = 10.0) -> Any:
    """Look until it holds; its last value."""
    waiting = threading.Event()
    for _ in range(int(within_s / LOOK_S)):
        found = condition()
        if found:
            return found
        waiting.wait(LOOK_S)
    return condition()


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def offspring(pid: int) -> set[int]:
    """Every process that descends from `pid`."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    found, fresh = set[int](), {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found
