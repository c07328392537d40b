"""What is said to somebody who may not make the way from one lab to the next in time?"""

from hub.services.travelling import Journey
from hub.words.catalogs import mark
from hub.words.voice import Voice

_SAID = mark("You also have %(machine)s at %(lab)s, %(span)s: only %(minutes)s lie between, and the way takes about %(least)s.")  # fmt: skip


def said(one: Journey, voice: Voice) -> str:
    """One sentence."""
    span = voice.span(one.start_end.start, one.start_end.end)
    least, minutes = voice.duration(one.least), voice.duration(one.minutes)
    return voice.text(_SAID, machine=one.machine, lab=one.lab, span=span, minutes=minutes, least=least)
