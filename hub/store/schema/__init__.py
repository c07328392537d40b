"""Which tables does the hub have? Every row knows its lab; instants are BIGINT milliseconds.

The constraints that no model can say (no double booking, append-only) stand in the migrations, for both databases.
"""

from hub.store.schema.base import EPOCH, Base, UtcTime, instant_of, ms_of, table_of
from hub.store.schema.certificates import Certificate, CertificateEvent, Course, CourseNeed
from hub.store.schema.hours import Closure, DayException, Opening
from hub.store.schema.house import Family, Lab, Machine, Seat, StoreMeta
from hub.store.schema.incidents import Incident, IncidentPerson
from hub.store.schema.journal import Journal, Record, RecordAside
from hub.store.schema.paper import Audit, Feed, Idempotency, Outbox, Token
from hub.store.schema.people import Badge, PersonRole, Pin, Proof, Role, User
from hub.store.schema.planning import Offer, Outage, RebookingToken, RuleSet, Series, StrikeEvent, Waiting
from hub.store.schema.revision import Revision
from hub.store.schema.training import Training
from hub.store.schema.upkeep import Report, ReportPhoto, Resource, Upkeep
from hub.store.schema.use import Lock, Node, Reservation, Session

__all__ = [
    "EPOCH",
    "Audit",
    "Badge",
    "Base",
    "Certificate",
    "CertificateEvent",
    "Closure",
    "Course",
    "CourseNeed",
    "DayException",
    "Family",
    "Feed",
    "Idempotency",
    "Incident",
    "IncidentPerson",
    "Journal",
    "Lab",
    "Lock",
    "Machine",
    "Node",
    "Offer",
    "Opening",
    "Outage",
    "Outbox",
    "PersonRole",
    "Pin",
    "Proof",
    "RebookingToken",
    "Record",
    "RecordAside",
    "Report",
    "ReportPhoto",
    "Reservation",
    "Resource",
    "Revision",
    "Role",
    "RuleSet",
    "Seat",
    "Series",
    "Session",
    "StoreMeta",
    "StrikeEvent",
    "Token",
    "Training",
    "Upkeep",
    "User",
    "UtcTime",
    "Waiting",
    "instant_of",
    "ms_of",
    "table_of",
]
