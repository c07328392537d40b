"""What do our mails tell staff of the machines? What was reported beside one, and a box that is not fit."""

from collections.abc import Mapping

from hub.words.catalogs import mark as _
from hub.words.occasion import Page, Words

_LOOK = _("See the machines now:")

LETTERS: Mapping[str, Words] = {
    "machine.danger": Words(
        _("Danger reported at %(machine)s"),
        (_("Somebody beside %(machine)s reported a danger. It is switched off and stays so until you lift it."),),
        Page.STAFF, _LOOK,
    ),
    "machine.reported": Words(
        _("Something is wrong at %(machine)s"),
        (_("Somebody beside %(machine)s reported a problem. It can still be used: look when you can."),),
        Page.STAFF, _LOOK,
    ),
    "print.unseen": Words(
        _("Nobody looked at the first layer: %(machine)s"),
        (_("The print at %(machine)s goes on, and nobody has looked at its first layer in time. Go and look."),),
        Page.STAFF, _LOOK,
    ),
    "node.unfit": Words(
        _("The reader of %(machine)s is not fit"),
        (_("It found something bad in itself. What it is, stands on the page of the readers."),),
        Page.STAFF, _LOOK,
    ),
}  # fmt: skip
