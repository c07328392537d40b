"""Which posts are there? A mail server by SMTP, and a folder of .eml files where there is none."""

import os
import re
import smtplib
import ssl
from contextlib import suppress
from pathlib import Path

from hub.mail.envelope import message_of
from hub.ports.post import Letter, NotSent
from hub.settings import Mail

PATIENCE_S = 20  # for each answer of the server; the sender has a thread of its own
REFUSED_FOR_GOOD = range(500, 600)  # RFC 5321: 5yz is permanent


class SmtpPost:
    """A connection for each letter: a lab sends a few an hour."""

    def __init__(self, settings: Mail) -> None:
        self._settings = settings

    def send(self, letter: Letter) -> None:
        """Hand it to the server. Raises NotSent."""
        message = message_of(letter, self._settings.sender)
        try:
            server = self._connected()
            try:
                server.send_message(message)
            finally:
                _leave(server)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            for_good = all(code in REFUSED_FOR_GOOD for code in codes)
            raise NotSent(f"recipient refused {codes}", for_good=for_good) from refused
        except (OSError, smtplib.SMTPException) as broken:
            raise NotSent(f"{type(broken).__name__}") from broken

    def _connected(self) -> smtplib.SMTP:
        wanted = self._settings
        context = ssl.create_default_context(cafile=wanted.ca)
        if wanted.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                wanted.host, wanted.port, timeout=PATIENCE_S, context=context
            )
        else:
            server = smtplib.SMTP(wanted.host, wanted.port, timeout=PATIENCE_S)
        try:
            if wanted.tls == "starttls":
                server.starttls(context=context)
            if wanted.user:
                server.login(wanted.user, wanted.password())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
        return server


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; what the server says to that is no word about the letter."""
    with suppress(OSError, smtplib.SMTPException):
        server.quit()
    server.close()


class FolderPost:
    """Letters as files that any mail program opens; the newest name sorts last."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender

    def send(self, letter: Letter) -> None:
        """Write it, whole or not at all. Raises NotSent."""
        message = message_of(letter, self._sender)
        name = re.sub(r"[^A-Za-z0-9.]+", "-", letter.name.strip("<>").partition("@")[0])
        number, _, made_ms = name.partition(".")
        target = self._folder / f"{made_ms}-{int(number):06d}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = target.with_suffix(".part")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(bytes(message))
            draft.replace(target)
        except OSError as broken:
            raise NotSent(f"{type(broken).__name__}") from broken
