"""What do our mails say of badges, signatures and supervisors? Who may have been copied is told, and what he can do."""

from collections.abc import Mapping

from hub.words.catalogs import mark as _
from hub.words.occasion import Page, Words

_WAKE = _("Wake it, or report it lost:")
_LOOK = _("See the machines now:")

LETTERS: Mapping[str, Words] = {
    "supervised.started": Words(
        _("You supervise %(who)s at %(machine)s"),
        (_("At %(start)s your badge started %(machine)s for %(who)s: you answer for it. Tap there again every hour."),),
        Page.NOT_ME, _("If that was not you, say so at once:"),
    ),
    "signature.provisional": Words(
        _("Signed in your name: %(course)s, %(who)s"),
        (
            _("At %(machine)s %(course)s was signed for %(who)s with your badge. A badge can be copied, so it is provisional."),
            _("Confirm it by %(until)s, or it lapses."),
        ),
        Page.NAME, _("Confirm it, or say that it was not you:"),
    ),
    "signature.final": Words(
        _("Signed in your name: %(course)s, %(who)s"),
        (_("At %(machine)s you signed %(course)s for %(who)s. It is final."),),
        Page.NAME, _("If that was not you, say so within 30 days:"),
    ),
    "certificate.provisional": Words(
        _("%(course)s: signed, to be confirmed"),
        (
            _("%(course)s was signed for you at %(machine)s. It is provisional until the trainer confirms it, by %(until)s at the latest."),
            _("Beside a supervisor you can use it at once."),
        ),
        Page.MINE, _("See where you stand:"),
    ),
    "certificate.final": Words(
        _("%(course)s is yours"),
        (_("%(course)s was signed for you at %(machine)s. You may work alone now."),),
        Page.MINE, _("See where you stand:"),
    ),
    "badge.rests.two-places": Words(
        _("Your badge rests"),
        (
            _("It was laid on two readers within a minute while you were working. Your session goes on."),
            _("A badge can be copied: dangerous machines do not believe it until you say that it was you."),
        ),
        Page.BADGES, _WAKE,
    ),
    "badge.rests.wrong-pins": Words(
        _("Your badge rests"),
        (_("Five wrong PINs were typed with it. Dangerous machines do not believe it until you say that it was you."),),
        Page.BADGES, _WAKE,
    ),
    "badge.rests.not-me": Words(
        _("Your badge rests"),
        (_("You said that somebody used it in your name. Get a new one at the front desk."),),
        Page.BADGES, _WAKE,
    ),
    "badge.resting": Words(
        _("A badge rests: %(who)s"),
        (_("It may have been copied, or somebody tried its PIN. Its owner was told, and wakes it with a password."),),
        Page.STAFF, _LOOK,
    ),
    "badge.lost-tapped": Words(
        _("A lost badge was laid on the reader of %(machine)s"),
        (_("Whoever has it was sent to the front desk; the display named nobody."),),
        Page.STAFF, _LOOK,
    ),
    "supervision.denied": Words(
        _("%(who)s was not there: %(machine)s"),
        (_("A session at %(machine)s was started with the badge of %(who)s, who says that it was somebody else. Go and look."),),
        Page.STAFF, _LOOK,
    ),
    "signature.disowned": Words(
        _("A signature was disowned: %(course)s"),
        (_("The trainer says that %(course)s was not signed by him at %(machine)s. The certificate of %(who)s is suspended."),),
        Page.STAFF, _LOOK,
    ),
}  # fmt: skip
