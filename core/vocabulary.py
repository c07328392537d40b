"""Which words do hub and node share? The ids and enums of the house, no behaviour.

One word per thing: the values are the spelling of the wire, the API and the database alike.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why something was refused: stable codes, the same on every door."""

    BADGE_UNKNOWN = "BADGE_UNKNOWN"
    BADGE_LOST = "BADGE_LOST"
    BADGE_RANDOM = "BADGE_RANDOM"
    MEMBER_EXPIRED = "MEMBER_EXPIRED"
    MEMBER_SUSPENDED = "MEMBER_SUSPENDED"
    CHARTER = "CHARTER"
    MACHINE_DOWN = "MACHINE_DOWN"
    LOCKOUT = "LOCKOUT"
    ESTOP = "ESTOP"
    FAULT = "FAULT"
    LAB_CLOSED = "LAB_CLOSED"
    LAST_START = "LAST_START"
    QUIET = "QUIET"
    CERT_MISSING = "CERT_MISSING"
    CERT_EXPIRED = "CERT_EXPIRED"
    CERT_DORMANT = "CERT_DORMANT"
    CERT_SUSPENDED = "CERT_SUSPENDED"
    CERT_REVOKED = "CERT_REVOKED"
    CERT_PROVISIONAL = "CERT_PROVISIONAL"
    AGE = "AGE"
    BUDDY = "BUDDY"
    OCCUPIED = "OCCUPIED"
    RESERVED_OTHER = "RESERVED_OTHER"
    TOO_SHORT = "TOO_SHORT"
    QUOTA = "QUOTA"
    CONCURRENT = "CONCURRENT"
    HORIZON = "HORIZON"
    LEAD = "LEAD"
    DURATION = "DURATION"
    GRID = "GRID"
    GAP = "GAP"
    OVERLAP = "OVERLAP"
    PAST = "PAST"
    CREDIT = "CREDIT"
    RESOURCE_DOWN = "RESOURCE_DOWN"
    STALE = "STALE"
    SUPERVISOR_MISSING = "SUPERVISOR_MISSING"
    SUPERVISOR_INVALID = "SUPERVISOR_INVALID"
    SUPERVISOR_BUSY = "SUPERVISOR_BUSY"
    PIN_NEEDED = "PIN_NEEDED"
    CLOCK = "CLOCK"
    SEE_DESK = "SEE_DESK"
    EXTRACTION = "EXTRACTION"
    DRAWING = "DRAWING"
    MAINTENANCE = "MAINTENANCE"
    STAFF_ONLY = "STAFF_ONLY"
    NODE_OFFLINE = "NODE_OFFLINE"
    PRIORITY = "PRIORITY"
    LATE = "LATE"
    REPEATED = "REPEATED"
    NONEXISTENT_TIME = "NONEXISTENT_TIME"
    AMBIGUOUS_TIME = "AMBIGUOUS_TIME"
    INVALID = "INVALID"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CHANGED = "CHANGED"
    IDEMPOTENCY = "IDEMPOTENCY"
    BUSY = "BUSY"
    RATE_LIMITED = "RATE_LIMITED"


class StopReason(StrEnum):
    """Why a session ended, or was asked to."""

    BADGE_OUT = "badge-out"
    SLOT_END = "slot-end"
    IDLE = "idle"
    STOP_BUTTON = "stop-button"
    STAFF_STOP = "staff-stop"
    REVOKED = "revoked"
    HAND_OVER = "hand-over"
    LOCKOUT = "lockout"
    ESTOP = "estop"
    DANGER = "danger"
    EXTRACTION = "extraction"
    FAULT = "fault"
    BYPASS = "bypass"
    POWER_LOST = "power-lost"
    INTERRUPTED = "interrupted"


class Phase(StrEnum):
    """Where the machine's power stands; power is on in IN_USE and ENDING alone."""

    IDLE = "idle"
    STARTING = "starting"
    IN_USE = "in-use"
    ENDING = "ending"
    RUN_ON = "run-on"


class Inhibit(StrEnum):
    """What forbids power: six that cut, three that only block a start."""

    ESTOP = "estop"
    FAULT = "fault"
    DANGER = "danger"
    LOCKOUT = "lockout"
    EXTRACTION = "extraction"
    BYPASS = "bypass"
    OUT = "out"
    STALE = "stale"
    JOURNAL = "journal"


class LockKind(StrEnum):
    """What a lock from the hub sets on the node."""

    LOCKOUT = "lockout"
    DANGER = "danger"
    OUT = "out"


class SessionKind(StrEnum):
    """What a session is for."""

    USE = "use"
    MAINTENANCE = "maintenance"


class EndQuality(StrEnum):
    """How well the end of a session is known."""

    EXACT = "exact"
    ESTIMATED = "estimated"


class Role(StrEnum):
    """What a person may do in one lab."""

    MEMBER = "member"
    TRAINER = "trainer"
    STAFF = "staff"
    MANAGER = "manager"


class GrantLevel(StrEnum):
    """How far a grant goes: beside a supervisor, alone, or signing for others too (wire.md, "Grants")."""

    SUPERVISED = "supervised"
    AUTONOMOUS = "autonomous"
    TRAINER = "trainer"


class MemberStatus(StrEnum):
    """Where a membership stands (R24)."""

    PROSPECT = "prospect"
    ACTIVE = "active"
    GRACE = "grace"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


class BadgeState(StrEnum):
    """Where a badge stands (R57)."""

    ACTIVE = "active"
    LOST = "lost"
    RETURNED = "returned"


class CertificateState(StrEnum):
    """Where a person stands in a course; derived from events, never stored."""

    ENROLLED = "enrolled"
    THEORY = "theory"
    PRACTICAL = "practical"
    ACTIVE = "active"
    DORMANT = "dormant"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class ReservationKind(StrEnum):
    """What a reservation is for."""

    BOOKING = "booking"
    WALKUP = "walkup"
    UNATTENDED = "unattended"
    CLASS = "class"
    TRAINING = "training"
    MAINTENANCE = "maintenance"
    GROUP = "group"


class ReservationStatus(StrEnum):
    """Where a reservation stands."""

    CONFIRMED = "confirmed"
    CONDITIONAL = "conditional"
    ARRIVED = "arrived"
    IN_USE = "in_use"
    DONE = "done"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_LAB = "cancelled_lab"
    NO_SHOW = "no_show"
    DISPLACED = "displaced"


OCCUPYING = frozenset(
    {
        ReservationStatus.CONFIRMED,
        ReservationStatus.CONDITIONAL,
        ReservationStatus.ARRIVED,
        ReservationStatus.IN_USE,
        ReservationStatus.DONE,
    }
)  # the states of a reservation that keep its seat taken (I1)


class MachineStatus(StrEnum):
    """What staff say of a machine (R46)."""

    OK = "ok"
    DEGRADED = "degraded"
    OUT_OF_ORDER = "out_of_order"
    MAINTENANCE = "maintenance"
    DECOMMISSIONED = "decommissioned"
    STAFF_ONLY = "staff_only"


class ResourceKind(StrEnum):
    """What several machines may depend on (R49); `other` goes by its name alone."""

    EXTRACTION = "extraction"
    COMPRESSOR = "compressor"
    WATER = "water"
    ROOM = "room"
    OTHER = "other"


class Trouble(StrEnum):
    """What a report says is wrong, at the machine and from afar (R46)."""

    MACHINE = "machine"
    TOOL = "tool"
    EXTRACTION = "extraction"
    COMPUTER = "computer"
    FIRE = "fire"
    OTHER = "other"


class Risk(StrEnum):
    """How much harm a machine can do; sets the age limit of a view (R45)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Audience(StrEnum):
    """For whom an opening is (R03)."""

    MEMBERS = "members"
    PUBLIC = "public"
    STAFF = "staff"
    YOUTH = "youth"
    CLASS = "class"


class Trust(StrEnum):
    """Where a node's time comes from."""

    NTP = "ntp"
    HUB = "hub"
    STALE = "stale"


class Purpose(StrEnum):
    """Why a node asks the hub about a badge."""

    USE = "use"
    WALK_UP = "walk-up"
    SIGN_OFF = "sign-off"
    SUPERVISE = "supervise"
    ENROL = "enrol"
