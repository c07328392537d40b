"""What is the demo lab? "Atelier du Canal", fictional: machines, families, courses, hours (rules.md).

Plain tables, so that one can read the lab aloud; `seeding` writes them down.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core import families

LAB = "ADC"
NAME = "Atelier du Canal / Kanaalwerkplaats"
ZONE = "Europe/Brussels"
CHARTER = 1  # the version of the house rules that everybody accepted
ARMISTICE = (11, 11)  # 11 November: the one closed day of the table
SETTLED = timedelta(minutes=30)  # a demo begins half an hour after the doors open
ENOUGH = timedelta(hours=2)  # and with at least this much of the day left

# weekday (0 Monday), from, to, audience
HOURS = (
    (0, "10:00", "12:00", "staff"),
    (1, "10:00", "18:00", "members"),
    (2, "10:00", "18:00", "members"),
    (3, "10:00", "22:00", "members"),
    (3, "17:00", "22:00", "public"),
    (4, "10:00", "18:00", "members"),
    (5, "10:00", "17:00", "members"),
)

LAB_RULES = {**families.LAB, "holidays": ["armistice"]}  # of the ten legal ones the lab closes on this
MACHINE_RULES = {"CNC-1": {"quiet_from": "20:00", "quiet_to": "08:00"}}  # the neighbours sleep

# family: names fr nl en, risk, then the columns of rules.md's table of defaults
FAMILIES = {
    "laser": (("Découpeuse laser", "Lasersnijder", "Laser cutter"), "high", (15, 30, 120, 180, 5, 0)),
    "cnc-large": (("Grande fraiseuse", "Grote CNC-frees", "Large CNC router"), "high", (30, 60, 240, 300, 10, 30)),
    "cnc-small": (("Fraiseuse de table", "Tafelfrees", "Desktop mill"), "medium", (30, 30, 240, 300, 10, 0)),
    "fdm": (("Imprimante 3D", "3D-printer", "3D printer"), "medium", (30, 30, 960, 960, 10, 0)),
    "resin": (("Imprimante résine", "Harsprinter", "Resin printer"), "medium", (30, 60, 720, 720, 15, 0)),
    "vinyl": (("Découpeuse vinyle", "Vinylsnijder", "Vinyl cutter"), "low", (15, 15, 120, 240, 0, 0)),
    "textile": (("Brodeuse numérique", "Borduurmachine", "Embroidery machine"), "low", (30, 30, 240, 240, 0, 0)),
    "solder": (("Poste de soudure", "Soldeerstation", "Soldering station"), "low", (15, 30, 240, 480, 5, 0)),
    "saw": (("Scie à format", "Formaatzaag", "Panel saw"), "high", (15, 30, 120, 180, 10, 0)),
}  # fmt: skip

# machine: family, model, needs, seats, then pre-run s, run-on s, cap min (None: none), stop, needs extraction
MACHINES = {
    "LAS-1": ("laser", "Trotec Speedy 400 (80 W)", "LAS1", 1, (45, 180, 20, "finish", True)),
    "LAS-2": ("laser", "Epilog Fusion Pro 32 (60 W)", "LAS1", 1, (45, 180, 20, "finish", True)),
    "CNC-1": ("cnc-large", "ShopBot PRSalpha 96-48-8", "CNC2", 1, (10, 60, 20, "finish", True)),
    "CNC-2": ("cnc-small", "Roland monoFab SRM-20", "CNC1", 1, (0, 0, 30, "finish", False)),
    "3DP-1": ("fdm", "Prusa MK4S", "3DP1", 1, (0, 0, None, "finish", False)),
    "3DP-2": ("fdm", "Prusa MK4S", "3DP1", 1, (0, 0, None, "finish", False)),
    "3DP-3": ("fdm", "Prusa XL 5T", "3DP2", 1, (0, 0, None, "finish", False)),
    "SLA-1": ("resin", "Formlabs Form 3+", "SLA1", 1, (0, 0, None, "finish", False)),
    "VIN-1": ("vinyl", "Roland GS-24", "VIN1", 1, (0, 0, 10, "finish", False)),
    "EMB-1": ("textile", "Brother PR1055X", "EMB1", 1, (0, 0, 10, "finish", False)),
    "SOL-1": ("solder", "Weller WX2", "GEN", 4, (0, 60, 0, "now", False)),
    "SAW-1": ("saw", "Felder K 500", "WOOD2", 1, (10, 30, 0, "now", True)),
}

# course: names fr nl en, needs, valid months, dormant months, supervised runs, staff signs, least age
COURSES = {
    "GEN": (("Sécurité générale", "Algemene veiligheid", "General safety"), (), 24, None, 0, True, 12),
    "LAS1": (("Découpe laser, base", "Lasersnijden, basis", "Laser, basics"), ("GEN",), 24, 6, 2, False, 16),
    "LAS2": (("Découpe laser, avancé", "Lasersnijden, gevorderd", "Laser, advanced"), ("LAS1",), 24, 6, 1, True, 18),
    "CNC1": (("Fraisage de table", "Tafelfrezen", "Desktop milling"), ("GEN",), 24, 6, 1, False, 16),
    "CNC2": (("Grande fraiseuse", "Grote frees", "Large CNC router"), ("CNC1",), 12, 4, 3, True, 18),
    "3DP1": (("Impression 3D", "3D-printen", "3D printing"), ("GEN",), 36, 12, 1, False, 14),
    "3DP2": (("Impression multi-outils", "Multitool printen", "Multi-tool printing"), ("3DP1",), 36, 12, 1, False, 16),
    "3DPN": (("Impression de nuit", "Nachtprinten", "Overnight printing"), ("3DP1",), 12, 6, 1, True, 18),
    "SLA1": (("Impression résine", "Harsprinten", "Resin printing"), ("GEN",), 12, 6, 1, False, 16),
    "VIN1": (("Découpe vinyle", "Vinylsnijden", "Vinyl cutting"), ("GEN",), None, None, 0, False, 12),
    "EMB1": (("Broderie numérique", "Borduren", "Digital embroidery"), ("GEN",), 36, 12, 1, False, 14),
    "WOOD1": (("Machines à bois", "Houtbewerking", "Woodworking"), ("GEN",), 24, 6, 1, False, 16),
    "WOOD2": (("Scie à format", "Formaatzaag", "Panel saw"), ("WOOD1",), 12, 3, 3, True, 18),
}  # fmt: skip

# course: what trainer and trainee confirm at a sign-off, item: id, fr nl en, 42 letters at most (two lines of a display)
_LASER = (
    ("stop", "Arrêt d'urgence: montré et essayé ?", "Noodstop: getoond en geprobeerd?", "Emergency stop: shown and tried?"),
    ("fire", "Feu: que faire, où est l'extincteur ?", "Brand: wat doen, waar is de blusser?", "Fire: what to do, where to find help?"),
    ("materials", "PVC et chlore: interdits, compris ?", "Pvc en chloor: verboden, begrepen?", "No PVC, no chlorine: is it understood?"),
    ("air", "Extraction et couvercle: vérifiés ?", "Afzuiging en deksel: nagekeken?", "Extraction and lid: checked?"),
    ("focus", "Focale et zéro réglés sans aide ?", "Focus en nulpunt: zonder hulp gezet?", "Focus and origin set without help?"),
    ("alone", "Découpe surveillée, faite sans aide ?", "Snede gemaakt en bewaakt zonder hulp?", "A cut made and watched without help?"),
)  # fmt: skip
_MILL = (
    ("stop", "Arrêt d'urgence: montré et essayé ?", "Noodstop: getoond en geprobeerd?", "Emergency stop: shown and tried?"),
    ("wear", "Lunettes, cheveux, manches: compris ?", "Bril, haar, mouwen: begrepen?", "Glasses, hair, sleeves: understood?"),
    ("clamp", "Pièce bridée et vérifiée sans aide ?", "Werkstuk opgespannen zonder hulp?", "Workpiece clamped without help?"),
    ("tool", "Fraise changée, zéro réglé sans aide ?", "Frees gewisseld, nulpunt zonder hulp?", "Tool changed, origin set without help?"),
)  # fmt: skip
CHECKLISTS = {
    course: tuple(dict(zip(("id", "fr", "nl", "en"), item, strict=True)) for item in items)
    for course, items in {"LAS1": _LASER, "LAS2": _LASER, "CNC1": _MILL, "CNC2": _MILL}.items()
}  # the other courses: the list of the house (node.doorman.checklist)

NODES = {"las-1": "LAS-1", "cnc-2": "CNC-2", "3dp-1": "3DP-1"}
MORE_NODES = {"las-2": "LAS-2", "cnc-1": "CNC-1", "3dp-2": "3DP-2", "3dp-3": "3DP-3", "sla-1": "SLA-1",
              "vin-1": "VIN-1", "emb-1": "EMB-1", "sol-1": "SOL-1", "saw-1": "SAW-1"}  # fmt: skip


def nodes(number: int) -> dict[str, str]:
    """The first `number` nodes and their machines; three stand in every demo."""
    return dict(list({**NODES, **MORE_NODES}.items())[:number])


def hours_on(day: date, audience: str = "members") -> tuple[datetime, datetime] | None:
    """When the lab is open for `audience` on a local date, as UTC instants; None when it is closed."""
    if (day.month, day.day) == ARMISTICE:
        return None
    for weekday, start, end, who in HOURS:
        if weekday == day.weekday() and who == audience:
            return local(day, start), local(day, end)
    return None


def local(day: date, clock: str) -> datetime:
    """The instant of a local wall time such as "10:00", in UTC; the hours of this lab never fall into a gap."""
    return datetime.combine(day, time.fromisoformat(clock), ZoneInfo(ZONE)).astimezone(UTC)


def good_start(now: datetime) -> datetime:
    """`now` when the lab is open long enough, else half an hour after it next opens."""
    day = now.astimezone(ZoneInfo(ZONE)).date()
    for later in range(14):  # two weeks hold at least eight open days
        hours = hours_on(day + timedelta(days=later))
        if hours is None or now > hours[1] - ENOUGH:
            continue
        return now if now >= hours[0] else hours[0] + SETTLED
    raise AssertionError("a lab that is closed for two weeks")


def in_lab_time(at: datetime) -> datetime:
    """A wall time without offset, read in the lab's zone."""
    return at.replace(tzinfo=ZoneInfo(ZONE))
