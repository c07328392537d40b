"""Whose name stands in a mail? The reader's. Who took the slot, who waits, who closed the lab: nobody is told by mail."""

import re
from datetime import timedelta

from core.sanctions import Cause
from core.vocabulary import MachineStatus, ReservationKind
from hub.services import closing, offering, sanctions, taking_out, waiting_list
from hub.services.closing import Plan
from hub.services.giving_back import cancel, move
from hub.services.reserving import Wish, reserve
from hub.services.taking_out import Outage
from hub.services.waiting_list import Want
from tests.cast import ADC, NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = NOW + 4 * DAY  # far enough ahead for a class to take it


def a_busy_day(tx, cast):
    """Everything that makes one member's doing another member's mail."""
    amelie, max_ = tx.people.get(cast.amelie), tx.people.get(cast.max)
    first = reserve(tx, Wish("LAS-1", cast.amelie, START, START + HOUR, cast.amelie), NOW)
    waits = waiting_list.join(tx, Want(ADC, cast.bram, "LAS-1", None, START, START + HOUR, 60), NOW)
    cancel(tx, first, amelie, NOW)
    offering.accept(tx, tx.waiting.get(waits.id), tx.people.get(cast.bram), NOW)
    reserve(
        tx,
        Wish("LAS-1", cast.max, START, START + HOUR, cast.max, ReservationKind.CLASS, displace=True),
        NOW,
    )
    held = reserve(tx, Wish("LAS-2", cast.tom, NOW + DAY, NOW + DAY + HOUR, cast.max), NOW)
    moved = move(tx, held, max_, (NOW + DAY + HOUR, NOW + DAY + 2 * HOUR), NOW)
    taking_out.take_out(tx, max_, Outage("LAS-2", MachineStatus.OUT_OF_ORDER, None, "lens"), NOW + 2 * HOUR)
    taking_out.bring_back(tx, max_, "LAS-2", NOW + 3 * HOUR)
    struck = sanctions.strike(tx, moved, Cause.NO_SHOW, NOW + DAY)
    sanctions.appeal(tx, struck.strike, tx.people.get(cast.tom), "I was there", NOW + DAY)
    sanctions.uphold(tx, struck.strike, tx.people.get(cast.dora), "You were not", NOW + DAY)
    last = reserve(tx, Wish("SOL-1", cast.nils, START, START + HOUR, cast.nils), NOW)
    closing.close(tx, max_, Plan(ADC, None, START - HOUR, START + 2 * HOUR, "strike on the railways"), NOW)
    return last


def test_no_mail_names_anybody_but_its_reader(store, cast, postman, post, clock):
    store.write(lambda tx: a_busy_day(tx, cast))
    clock.at = NOW + DAY
    while postman.run():
        pass
    people = {person.email: person for person in store.read(lambda tx: tx.people.page(ADC, 50))}
    said = [
        (letter, " ".join((letter.subject, letter.text, str(letter.calendar)))) for letter in post.letters
    ]
    for letter, text in said:
        for other in people.values():
            if other.email != letter.to:
                words = (other.short, other.email, other.id)
                assert not any(re.search(rf"\b{re.escape(word)}\b", text) for word in words), text
    about = " ".join(letter.subject for letter in post.letters)
    for occasion in (
        "Libre pour vous",
        "LAS-2 est hors service",
        "LAS-2 fonctionne",
        "a dû céder la place",
        "Annulé par",
    ):
        assert occasion in about, about
    assert {letter.to for letter in post.letters} >= {
        people[f"{name}@lab.example"].email for name in ("amélie", "bram", "tom", "nils")
    }
