"""How does a letter look on the wire? A MIME message in which nothing typed by a person becomes a header."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from hub.ports.post import Letter, NotSent
from hub.words.ics import MIME


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The message. Raises NotSent for good when the address is none."""
    message = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)  # RFC 6531
    try:
        message["From"] = Address(addr_spec=sender)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
    except (
        ValueError,
        IndexError,
        MessageError,
    ) as bad:  # the header registry's words for a bad address or a line break
        raise NotSent("the address or the subject is not one", for_good=True) from bad
    message["Message-ID"] = letter.name
    message["Content-Language"] = letter.lang
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
    message.set_content(letter.text)
    if letter.calendar is not None:
        kind, _, subtype = MIME.partition("/")
        message.add_attachment(letter.calendar, kind, subtype, filename="loquet.ics")
    return message
