"""A mail server for tests: RFC 5321 line by line on a port of its own, with STARTTLS (RFC 3207), and with every bad habit."""

import base64
import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PATIENCE_S = 20


@dataclass
class Habits:
    """What the server does; `refuses` says its code for an address, the others replace one reply."""

    refuses: dict[str, int] = field(default_factory=dict)
    greeting: int = 220
    after_data: int = 250
    goodbye: int = 221
    starttls: bool = True
    login: tuple[str, str] | None = None


@dataclass
class Taken:
    """A message that the server said yes to."""

    sender: str
    recipients: list[str]
    data: bytes
    secure: bool
    user: str | None


class MailServer:
    """Listens until it is closed; `taken` is what it accepted, `said` every line of its clients."""

    def __init__(self, certificate: Path | None = None, habits: Habits | None = None) -> None:
        self.habits, self.taken, self.said = habits or Habits(), [], []
        self._certificate = certificate
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, name="mail server", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Nobody answers at this port any more."""
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(PATIENCE_S)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            line.settimeout(PATIENCE_S)
            with line, contextlib.suppress(OSError):
                talk = Talk(self, line)
                with contextlib.closing(talk):
                    talk.run(self._certificate)


class Talk:
    """One connection."""

    def __init__(self, server: MailServer, line: socket.socket) -> None:
        self._server, self._habits, self._line = server, server.habits, line
        self._secure, self._user = False, None
        self._sender, self._recipients = "", []

    def run(self, certificate: Path | None) -> None:
        """Greet, then answer line after line until QUIT or the client is gone."""
        self._say(f"{self._habits.greeting} mail.example")
        file = self._line.makefile("rb")
        while text := file.readline():
            command, _, rest = text.decode().strip().partition(" ")
            self._server.said.append(command.upper())
            if command.upper() == "STARTTLS" and certificate is not None:
                self._say("220 go on")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate)
                self._line, self._secure = context.wrap_socket(self._line, server_side=True), True
                file = self._line.makefile("rb")
            elif not self._answer(command.upper(), rest, file):
                return

    def close(self) -> None:
        """The line, and what TLS put around it."""
        self._line.close()

    def _answer(self, command: str, rest: str, file: BinaryIO) -> bool:
        """Whether the talk goes on."""
        answers = {"EHLO": self._hello, "AUTH": self._let_in, "MAIL": self._from, "RCPT": self._to}
        if command in answers:
            answers[command](rest)
        elif command == "DATA":
            self._take(file)
        elif command == "QUIT":
            self._say(f"{self._habits.goodbye} bye")
            return False
        else:
            self._say("250 ok")
        return True

    def _hello(self, _: str) -> None:
        offers = ["mail.example", "8BITMIME", "SMTPUTF8", "AUTH PLAIN"]
        if self._habits.starttls and not self._secure:
            offers.append("STARTTLS")
        for offer in offers[:-1]:
            self._say(f"250-{offer}")
        self._say(f"250 {offers[-1]}")

    def _let_in(self, rest: str) -> None:
        _, user, word = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        known = self._habits.login == (user, word)
        self._user = user if known else None
        self._say("235 welcome" if known else "535 no")

    def _from(self, rest: str) -> None:
        self._sender, self._recipients = _address(rest), []
        self._say("250 ok")

    def _to(self, rest: str) -> None:
        code = self._habits.refuses.get(_address(rest), 250)
        if code == 250:
            self._recipients.append(_address(rest))
        self._say(f"{code} as I say")

    def _take(self, file: BinaryIO) -> None:
        self._say("354 go on")
        lines = []
        while (text := file.readline()) not in (b".\r\n", b""):
            lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
        if self._habits.after_data == 250:
            taken = Taken(self._sender, self._recipients, b"".join(lines), self._secure, self._user)
            self._server.taken.append(taken)
        self._say(f"{self._habits.after_data} done")

    def _say(self, text: str) -> None:
        self._line.sendall(f"{text}\r\n".encode())


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]


def certificate_for(folder: Path, host: str) -> Path:
    """A certificate that vouches for itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    other = x509.IPAddress(ipaddress.ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([other]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{host}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path


@contextlib.contextmanager
def listening(certificate: Path | None = None, habits: Habits | None = None) -> Iterator[MailServer]:
    """A server for as long as the test lasts."""
    server = MailServer(certificate, habits)
    try:
        yield server
    finally:
        server.close()
