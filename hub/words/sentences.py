"""Which English sentence belongs to which code? A table to read aloud; French and Dutch stand in the catalogs.

Of several, the first whose `{places}` are all known is said; the last one has none. Answer first, no blame.
A place may say how an instant is written: `:time` 14h30, `:slot` 14:30, `:date` 24/11/2026, `:moment` both (hub.words.reasons).
"""

from collections.abc import Mapping

from core.vocabulary import Reason
from hub.words.catalogs import mark as _

THINGS: Mapping[str, str] = {
    "extraction": _("the extraction"),
    "compressor": _("the compressor"),
    "water": _("the cooling water"),
    "room": _("the room"),
}  # what machines share, by its kind (R49)
FALLBACK = (_("This is not possible now."),)
FALLBACK_STEP = (_("Ask at the front desk."),)

SENTENCES: Mapping[Reason, tuple[str, ...]] = {
    Reason.BADGE_UNKNOWN: (_("This badge is not known here."),),
    Reason.BADGE_LOST: (_("This badge was reported lost."),),
    Reason.BADGE_RANDOM: (_("This phone or card shows another number each time, so it cannot be a badge."),),
    Reason.MEMBER_EXPIRED: (
        _("Your day pass is for another day: {day}."),
        _("Your membership ended on {until:date}."),
        _("Your membership has ended."),
    ),
    Reason.MEMBER_SUSPENDED: (
        _("You cannot book ahead until {until:date}; a free machine you may still use."),
        _("Your membership is suspended."),
    ),
    Reason.CHARTER: (_("You have not accepted the house rules yet."),),
    Reason.MACHINE_DOWN: (
        _("This machine works in part only: {note}"),
        _("{machine} is out of order."),
        _("This machine is out of order."),
    ),
    Reason.LOCKOUT: (_("{machine} is locked out."), _("This machine is locked out.")),
    Reason.ESTOP: (_("The emergency stop is pressed."),),
    Reason.FAULT: (_("The machine reports a fault."),),
    Reason.LAB_CLOSED: (
        _("The lab is closed then; it opens on {opens:moment}."),
        _("The lab is closed then."),
    ),
    Reason.LAST_START: (
        _("It is too late to start today: the last start was at {last:time}."),
        _("It is too late to start today."),
    ),
    Reason.QUIET: (
        _("Quiet hours from {from} to {to}: this machine may not make noise then."),
        _("Quiet hours: this machine may not make noise now."),
    ),
    Reason.CERT_MISSING: (_("You need the certificate {course}."), _("You lack a certificate.")),
    Reason.CERT_EXPIRED: (
        _("Your certificate {course} expired on {until:date}."),
        _("Your certificate {course} has expired."),
        _("A certificate has expired."),
    ),
    Reason.CERT_DORMANT: (
        _("Your certificate {course} is dormant: you have not used it for a while."),
        _("A certificate is dormant: you have not used it for a while."),
    ),
    Reason.CERT_SUSPENDED: (_("Your certificate {course} is suspended."), _("A certificate is suspended.")),
    Reason.CERT_REVOKED: (_("Your certificate {course} was revoked."), _("A certificate was revoked.")),
    Reason.CERT_PROVISIONAL: (
        _("Your certificate {course} still has to be confirmed by your trainer."),
        _("A certificate still has to be confirmed by your trainer."),
    ),
    Reason.AGE: (
        _("Under {guardian}, we need your guardian's consent first."),
        _("You must be at least {age} years old."),
        _("You are too young for this machine."),
    ),
    Reason.BUDDY: (
        _("Except on open days a guest needs a host of the house here{host:unsaid}."),
        _("A second person must be present for this machine."),
    ),
    Reason.OCCUPIED: (
        _("The machine is in use until {until:time}."),
        _("The machine is in use."),
    ),
    Reason.RESERVED_OTHER: (
        _("The machine is booked for someone else until {until:time}."),
        _("The machine is booked for someone else."),
    ),
    Reason.TOO_SHORT: (
        _("Only {minutes} minutes are left before the next booking."),
        _("Too little time is left before the next booking."),
    ),
    Reason.QUOTA: (
        _("Of your {minutes_week} minutes a week, {left} are left."),
        _("Of your {minutes_day} minutes a day, {left} are left."),
        _("Of your {minutes_rolling} minutes in seven days, {left} are left."),
        _("Of the {minutes_future} minutes that you may book ahead, {left} are left."),
        _("You may have {bookings_future} bookings ahead of you here, and you have them already."),
        _("You may book {bookings_week} times a week here, and you have done so already."),
        _("You may book {bookings_day} times a day here, and you have done so already."),
        _("You may book {bookings_rolling} times in seven days here, and you have done so already."),
        _("Your quota is used up."),
    ),
    Reason.CONCURRENT: (
        _("You have {machine} from {start:time} to {end:time} already: nobody is in two places at once."),
        _("You have another booking at that time."),
    ),
    Reason.HORIZON: (
        _("That is too far ahead: bookings open {days} days ahead."),
        _("That is too early: it is possible from {opens:time} on."),
        _("That is too far ahead."),
    ),
    Reason.LEAD: (
        _("That is too soon: book at least {minutes} minutes ahead."),
        _("This machine must be booked beforehand."),
    ),
    Reason.DURATION: (
        _("A booking here lasts from {min} to {max} minutes."),
        _("A booking cannot have this duration."),
    ),
    Reason.GRID: (
        _("Bookings start and end on a grid: {proposals:slot}."),
        _("Bookings start and end every {step} minutes."),
        _("Bookings start and end on a grid."),
    ),
    Reason.GAP: (
        _("Your bookings here must lie {between} minutes apart; it would be {minutes}."),
        _("That would leave {minutes} minutes that nobody can use: a booking here takes {least}."),
        _("That would leave a gap too short to be useful to anyone."),
    ),
    Reason.OVERLAP: (_("This slot is already taken."),),
    Reason.PAST: (_("That time is over."),),
    Reason.CREDIT: (_("Your balance is too low."),),
    Reason.RESOURCE_DOWN: (
        _("This machine depends on something that is out of order: {resource}."),
        _("Something this machine depends on is out of order."),
    ),
    Reason.STALE: (_("The reader has had no news for too long to decide."),),
    Reason.SUPERVISOR_MISSING: (_("A supervisor's badge did not follow in time."),),
    Reason.SUPERVISOR_INVALID: (_("This person may not supervise here."),),
    Reason.SUPERVISOR_BUSY: (_("The supervisor is looking after too many people already."),),
    Reason.PIN_NEEDED: (_("This machine asks for your PIN as well."),),
    Reason.CLOCK: (_("The reader is not sure of the time."),),
    Reason.SEE_DESK: (_("We would like to talk to you first."),),
    Reason.EXTRACTION: (_("The extraction is not running."),),
    Reason.DRAWING: (_("The machine draws current without a session."),),
    Reason.MAINTENANCE: (_("The machine is in maintenance."),),
    Reason.STAFF_ONLY: (_("This machine is for the staff only at the moment."),),
    Reason.NODE_OFFLINE: (_("The reader of this machine is offline."),),
    Reason.PRIORITY: (
        _("A class can take booked time up to {hours} hours before, not later."),
        _("These last machines are kept free for the programme: {kept}."),
        _("Someone else has priority for this slot."),
    ),
    Reason.LATE: (_("The answer came too late, so nothing was switched on."),),
    Reason.REPEATED: (
        _("You said so already: it is kept for you until {held:time}."),
        _("The same badge was read twice in a row."),
    ),
    Reason.NONEXISTENT_TIME: (_("That time does not exist: the clocks go forward that night."),),
    Reason.AMBIGUOUS_TIME: (_("That time exists twice: the clocks go back that night."),),
    Reason.INVALID: (
        _("One person can look after {most} at most here."),
        _("That is too much: {most_bytes} bytes at most."),
        _("All {places} places are taken."),
        _("{taken} is the address of somebody else already."),
        _("This is not valid: {field}."),
        _("This is not valid."),
    ),
    Reason.UNAUTHENTICATED: (_("You are not signed in."),),
    Reason.FORBIDDEN: (
        _(
            "An incident concerned you, so what we hold of you is kept until {until:date}. You can be forgotten after that."
        ),
        _("You do not have the right to do this."),
    ),
    Reason.NOT_FOUND: (_("There is nothing here."),),
    Reason.CHANGED: (_("This has been changed in the meantime."),),
    Reason.IDEMPOTENCY: (
        _("The first request with this key still runs: ask again in {seconds} s."),
        _("This key was used for another request."),
    ),
    Reason.BUSY: (_("The system is busy just now."),),
    Reason.RATE_LIMITED: (_("Too many attempts."),),
}

STEPS: Mapping[str, tuple[str, ...]] = {
    "enrol": (_("Ask a trainer for the training {course}."), _("Ask a trainer for the training.")),
    "retest": (
        _("Renew {course} with a trainer, it takes about ten minutes."),
        _("Renew it with a trainer."),
    ),
    "renew": (_("Renew your membership at the front desk."),),
    "supervised_session": (_("One supervised session wakes it up: ask a trainer."),),
    "see_trainer": (_("Talk to a trainer."),),
    "accept_charter": (_("Read and accept the house rules at the front desk."),),
    "see_desk": (_("Please come to the front desk."),),
    "choose_other_time": (_("Choose another time."),),
    "other_machine": (_("Choose another machine or another time."),),
    "wait": (_("{machine} is free now: you may use it."), _("Wait a little, or choose another time.")),
    "book": (_("Book a slot first."),),
    "call_staff": (_("Call the staff, they will put it right."),),
    "badge_out": (
        _("Badge out at the machine first: what is left of the time is then given back by itself."),
    ),
    "bring_someone": (_("Come with someone, or during staffed hours."),),
    "call_supervisor": (_("Ask a supervisor to lay their badge within a minute."),),
    "badge_again": (
        _("There is nothing more to do: come before {held:time}."),
        _("Lay your badge on the reader again."),
    ),
    "ask_confirmation": (_("Ask your trainer to confirm it."),),
    "cancel_one": (_("Cancel or move one of your bookings."),),
    "correct": (_("Correct it and send it again."),),
    "sign_in": (_("Sign in first."),),
    "reload": (_("Load the page again and decide afresh."),),
    "try_later": (_("Try again in a moment."),),
    "read_note": (_("Confirm that you have read this, then book."),),
    "back": (_("Go back to the machines."),),
    "other_key": (_("Use a new key for a new request."),),
    "plain_card": (_("Take a plain badge from the front desk."),),
}

USUAL_STEP: Mapping[Reason, str] = {
    Reason.BADGE_UNKNOWN: "see_desk", Reason.BADGE_LOST: "see_desk", Reason.BADGE_RANDOM: "plain_card",
    Reason.MEMBER_EXPIRED: "renew", Reason.MEMBER_SUSPENDED: "see_desk", Reason.CHARTER: "accept_charter",
    Reason.MACHINE_DOWN: "other_machine", Reason.LOCKOUT: "other_machine", Reason.ESTOP: "call_staff",
    Reason.FAULT: "call_staff", Reason.LAB_CLOSED: "choose_other_time", Reason.LAST_START: "choose_other_time",
    Reason.QUIET: "choose_other_time", Reason.CERT_MISSING: "enrol", Reason.CERT_EXPIRED: "retest",
    Reason.CERT_DORMANT: "supervised_session", Reason.CERT_SUSPENDED: "see_trainer", Reason.CERT_REVOKED: "see_trainer",
    Reason.CERT_PROVISIONAL: "ask_confirmation", Reason.AGE: "see_desk", Reason.BUDDY: "bring_someone",
    Reason.OCCUPIED: "wait", Reason.RESERVED_OTHER: "wait", Reason.TOO_SHORT: "other_machine",
    Reason.QUOTA: "cancel_one", Reason.CONCURRENT: "cancel_one", Reason.HORIZON: "choose_other_time",
    Reason.LEAD: "book", Reason.DURATION: "choose_other_time", Reason.GRID: "choose_other_time",
    Reason.GAP: "choose_other_time", Reason.OVERLAP: "choose_other_time", Reason.PAST: "choose_other_time",
    Reason.CREDIT: "see_desk", Reason.RESOURCE_DOWN: "other_machine", Reason.STALE: "call_staff",
    Reason.SUPERVISOR_MISSING: "call_supervisor", Reason.SUPERVISOR_INVALID: "call_supervisor",
    Reason.SUPERVISOR_BUSY: "call_supervisor", Reason.PIN_NEEDED: "see_desk", Reason.CLOCK: "call_staff",
    Reason.SEE_DESK: "see_desk", Reason.EXTRACTION: "call_staff", Reason.DRAWING: "call_staff",
    Reason.MAINTENANCE: "other_machine", Reason.STAFF_ONLY: "other_machine", Reason.NODE_OFFLINE: "call_staff",
    Reason.PRIORITY: "choose_other_time", Reason.LATE: "badge_again", Reason.REPEATED: "badge_again",
    Reason.NONEXISTENT_TIME: "choose_other_time", Reason.AMBIGUOUS_TIME: "choose_other_time",
    Reason.INVALID: "correct", Reason.UNAUTHENTICATED: "sign_in", Reason.FORBIDDEN: "see_desk",
    Reason.NOT_FOUND: "back", Reason.CHANGED: "reload", Reason.IDEMPOTENCY: "other_key",
    Reason.BUSY: "try_later", Reason.RATE_LIMITED: "try_later",
}  # fmt: skip
