"""How does a letter look on the wire? A MIME message in which nothing typed by a person becomes a header."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from hub.ports.post import Letter, NotSent
from hub.words.ics import MIME

_PLAIN = re.compile(r"([^\s@<>()\[\]\\,;:\"]{1,64})@([^\s@<>()\[\]\\,;:\"]{1,255})")


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The message. Raises NotSent for good when the address is none."""
    message = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)  # RFC 6531
    message["From"], message["To"] = _address(sender), _address(letter.to)
    message["Subject"] = " ".join(letter.subject.split())
    message["Date"], message["Message-ID"] = letter.at, letter.name
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.text)
    if letter.calendar is not None:
        kind, _, subtype = MIME.partition("/")
        message.add_attachment(
            letter.calendar, kind, subtype, filename="loquet.ics", params={"charset": "utf-8"}
        )
    message["Content-Language"] = letter.lang  # last: whatever sets a content clears the headers of one
    return message


def _address(text: str) -> Address:
    """An address without a name; quoted local parts, comments and lists are not what a member signs up with."""
    plain = _PLAIN.fullmatch(text)
    if plain is None:
        raise NotSent("this is no address", for_good=True)
    return Address(username=plain[1], domain=plain[2])
