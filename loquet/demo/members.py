"""Who are the forty members of the demo lab, and what have they learnt? Fictional, all of them.

The first six are the fixed accounts of api.md, each with one 7-byte badge; the others fill the lab.
"""

import random
from dataclasses import dataclass
from datetime import date

PASSWORD = "loquet-demo"  # noqa: S105  printed on the screen at every start: a demo has no secrets
BASICS = ("GEN", "LAS1", "CNC1", "3DP1", "3DPN")
TEACHES = ("LAS1", "CNC1", "CNC2", "3DP1")
ALL = (
    "GEN",
    "LAS1",
    "LAS2",
    "CNC1",
    "CNC2",
    "3DP1",
    "3DP2",
    "3DPN",
    "SLA1",
    "VIN1",
    "EMB1",
    "WOOD1",
    "WOOD2",
)


@dataclass(frozen=True)
class Member:
    """One person of the demo: `roles` beside member, `until_days` the membership's end from the start."""

    email: str
    name: str
    lang: str
    uid: str
    courses: tuple[str, ...]
    birth: date = date(1988, 3, 14)
    roles: tuple[str, ...] = ()
    teaches: tuple[str, ...] = ()
    until_days: int | None = None
    suspended: bool = False
    lost_uid: str | None = None
    fixed: bool = False


def account(who: str, name: str, lang: str, uid: str, **more: object) -> Member:
    """One of the six fixed accounts."""
    courses = more.pop("courses", BASICS)
    return Member(f"{who}@demo.example", name, lang, uid, courses, fixed=True, **more)  # type: ignore[arg-type]


FIXED = (
    account("maker", "Amélie Lambert", "fr", "04A5E1F20B6C80"),
    account("second", "Bram Peeters", "nl", "04B7C2D3194A81"),
    account("newcomer", "Lotte Willems", "nl", "04C9D4E52A5B82", courses=("GEN",)),
    account(
        "trainer", "Driss Haddad", "fr", "04DBE6F73B6C83", roles=("trainer",), teaches=TEACHES,
        courses=(*BASICS, "CNC2"),
    ),
    account("manager", "Nadia Benali", "fr", "04EDF8094C7D84", roles=("manager",)),
    account("lapsed", "Jan-Willem De Smet", "nl", "04FF0A1B5D8E85", until_days=-20),
)  # fmt: skip

# name and language of the other thirty-four; the ages below make two of them minors
OTHERS = (
    ("Chloé Dubois", "fr"), ("Els Janssens", "nl"), ("Fatima El Amrani", "fr"), ("Gilles Lemaire", "fr"),
    ("Hanne Claes", "nl"), ("Ibrahim Diallo", "fr"), ("Jeroen Maes", "en"), ("Katia Nowak", "en"),
    ("Mehdi Ouali", "fr"), ("Nora Simon", "fr"), ("Olivier Leroy", "fr"), ("Pauline Renard", "fr"),
    ("Quinten Jacobs", "en"), ("Rachid Kaddour", "fr"), ("Sofie Mertens", "en"), ("Thomas Goossens", "en"),
    ("Ugo Rossi", "en"), ("Veerle Wouters", "nl"), ("Wout Hermans", "en"), ("Xavier Laurent", "fr"),
    ("Yasmine Kaya", "en"), ("Zoë Vermeulen", "en"), ("Anaïs Michel", "fr"), ("Bilal Saïd", "fr"),
    ("Céline Fontaine", "fr"), ("Dieter De Backer", "en"), ("Emre Yılmaz", "en"), ("Florence Charlier", "fr"),
    ("Giulia Conti", "en"), ("Łukasz Zieliński", "en"), ("Inès Moreau", "fr"), ("Kenza Idrissi", "fr"),
    ("Luca Bianchi", "en"), ("Noé Dupont", "fr"),
)  # fmt: skip
STAFF = {"Chloé Dubois", "Els Janssens"}  # with the manager, three
VOLUNTEERS = {"Fatima El Amrani", "Gilles Lemaire"}  # trainers beside Driss
SUSPENDED = "Rachid Kaddour"
LOST_BADGE = "Nora Simon"
FIFTEEN, SEVENTEEN = "Kenza Idrissi", "Luca Bianchi"


def members(rng: random.Random, this_year: int) -> list[Member]:
    """All forty; the fixed six first. Only what `rng` draws differs between seeds."""
    return [*FIXED, *(_other(rng, name, lang, this_year) for name, lang in OTHERS)]


def _other(rng: random.Random, name: str, lang: str, this_year: int) -> Member:
    first = name.split(maxsplit=1)[0].lower()
    plain = first.translate(str.maketrans("éèëïłıś", "eeeilis"))
    helps = name in STAFF | VOLUNTEERS
    wanted = ALL if helps else ("GEN", *_some(rng))
    birth = date(rng.randint(1958, 2003), rng.randint(1, 12), rng.randint(1, 28))
    if name == FIFTEEN:
        birth, wanted = date(this_year - 16, 12, 5), ("GEN", "VIN1", "3DP1")  # sixteen on 5 December
    if name == SEVENTEEN:
        birth, wanted = date(this_year - 17, 2, 20), ("GEN", "LAS1", "3DP1", "VIN1")
    return Member(
        email=f"{plain}@demo.example",
        name=name,
        lang=lang,
        uid=_uid(rng),
        courses=tuple(wanted),
        birth=birth,
        roles=("staff",) if name in STAFF else ("trainer",) if name in VOLUNTEERS else (),
        teaches=TEACHES if name in VOLUNTEERS else (),
        suspended=name == SUSPENDED,
        lost_uid=_uid(rng) if name == LOST_BADGE else None,
    )


def _some(rng: random.Random) -> list[str]:
    """Courses that one could have followed: whoever has the second has the first."""
    chosen: list[str] = []
    for path in (
        ("LAS1", "LAS2"),
        ("CNC1", "CNC2"),
        ("3DP1", "3DP2"),
        ("SLA1",),
        ("VIN1",),
        ("EMB1",),
        ("WOOD1", "WOOD2"),
    ):
        if rng.random() < 0.62:
            chosen.append(path[0])
            if len(path) > 1 and rng.random() < 0.35:
                chosen.append(path[1])
    if "3DP1" in chosen and rng.random() < 0.4:
        chosen.append("3DPN")
    return chosen


def _uid(rng: random.Random) -> str:
    """A 7-byte card number: 04 is NXP's, whose cards labs buy."""
    return "04" + rng.randbytes(6).hex().upper()
