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
    "machine.danger_afar": Words(
        _("Danger reported at %(machine)s, from afar"),
        (_("A member who need not be beside %(machine)s reports a danger. Nobody can start it now; what runs goes on. Go and look."),),
        Page.STAFF, _LOOK,
    ),
    "machine.danger_here": Words(
        _("Danger reported at %(machine)s"),
        (_("Somebody reports a danger at %(machine)s, which you are using. Look at it now, and end when in doubt."),),
        Page.MINE, _("See your bookings:"),
    ),
    "machine.reported_afar": Words(
        _("A member reports %(machine)s"),
        (_("A member reports that something is wrong with %(machine)s. It can still be used: look when you can."),),
        Page.STAFF, _LOOK,
    ),
    "machine.out_by_reports": Words(
        _("Two members report %(machine)s as out of order"),
        (_("Two members report %(machine)s as out of order. Nobody can start it until you answer them."),),
        Page.STAFF, _LOOK,
    ),
    "machine.upkeep_due": Words(
        _("Upkeep of %(machine)s is due"),
        (_("%(machine)s has run so long that its upkeep is due. It can still be used: note it when it is done."),),
        Page.STAFF, _LOOK,
    ),
    "machine.upkeep_overdue": Words(
        _("%(machine)s is closed until its upkeep is done"),
        (_("The upkeep of %(machine)s is long due: nobody starts or books it until you note that it is done. What runs goes on."),),
        Page.STAFF, _LOOK,
    ),
    "resource.missed": Words(
        _("%(machine)s has no extraction: all that share it are out"),
        (
            _("The reader of %(machine)s misses the air of %(name)s. Nobody starts or books what hangs on it; what runs beside it is asked to finish."),
            _("It comes back by itself when the air does, or when you say that it works."),
        ),
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
