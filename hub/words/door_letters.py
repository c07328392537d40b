"""What do our mails say to whoever has no password yet, or none any more? One link, to his own address alone."""

from collections.abc import Mapping

from hub.words.catalogs import mark as _
from hub.words.occasion import Page, Words

_CHOOSE = _("Choose your password:")

LETTERS: Mapping[str, Words] = {
    "member.invited": Words(
        _("Welcome to %(lab)s"),
        (
            _("You are a member now. Choose a password, and you can see the machines and book them."),
            _("The link works once, for three days. Afterwards the front desk sends you another."),
        ),
        Page.WELCOME, _CHOOSE,
    ),
    "member.password": Words(
        _("A new password for %(lab)s"),
        (
            _("The front desk sends you a link with which you choose a new password."),
            _("Did you not ask for it? Then leave it: your old password goes on working."),
            _("The link works once, for three days. Afterwards the front desk sends you another."),
        ),
        Page.WELCOME, _CHOOSE,
    ),
}  # fmt: skip
