"""What do the hub's services need from the world? Protocols and the records they exchange; `hub.app` chooses."""

from hub.ports.assurance import Assurance, Pin, Proof, ProofKind
from hub.ports.bookings import Bookings, NewReservation, Reservation, ReservationFilter
from hub.ports.certificates import Certificate, CertificateEvent, Certificates, Course
from hub.ports.clock import Clock
from hub.ports.feeds import Feed, Feeds, FeedSubject
from hub.ports.incidents import Incident, IncidentKind, Incidents
from hub.ports.machines import Closure, DayException, Lab, Machine, Machines, Opening, Seat
from hub.ports.nodes import Node, Nodes
from hub.ports.paper import Audit, Entry, KeptAnswer, KeyPlace, Outbox, Parcel, Replays, Token, Tokens
from hub.ports.people import Account, Badge, Badges, NewPerson, People, Person
from hub.ports.planning import Rules, RuleSet, Series, SeriesShelf
from hub.ports.records import JournalHead, NewRecord, Records, StoredRecord
from hub.ports.sanctions import Rebookings, RebookingToken, StrikeEvent, Strikes
from hub.ports.sessions import Lock, Locks, Session, Sessions
from hub.ports.store import BadgeVault, Busy, Meta, Store, StoreMark, Tx
from hub.ports.trainings import NewTraining, Training, Trainings
from hub.ports.upkeep import Report, Reports, Resource, Resources, Severity, Upkeep, Upkeeps, Verdict
from hub.ports.waiting import Offer, OfferStatus, WaitingEntry, WaitingList, WaitingStatus

__all__ = [
    "Account",
    "Assurance",
    "Audit",
    "Badge",
    "BadgeVault",
    "Badges",
    "Bookings",
    "Busy",
    "Certificate",
    "CertificateEvent",
    "Certificates",
    "Clock",
    "Closure",
    "Course",
    "DayException",
    "Entry",
    "Feed",
    "FeedSubject",
    "Feeds",
    "Incident",
    "IncidentKind",
    "Incidents",
    "JournalHead",
    "KeptAnswer",
    "KeyPlace",
    "Lab",
    "Lock",
    "Locks",
    "Machine",
    "Machines",
    "Meta",
    "NewPerson",
    "NewRecord",
    "NewReservation",
    "NewTraining",
    "Node",
    "Nodes",
    "Offer",
    "OfferStatus",
    "Opening",
    "Outbox",
    "Parcel",
    "People",
    "Person",
    "Pin",
    "Proof",
    "ProofKind",
    "RebookingToken",
    "Rebookings",
    "Records",
    "Replays",
    "Report",
    "Reports",
    "Reservation",
    "ReservationFilter",
    "Resource",
    "Resources",
    "RuleSet",
    "Rules",
    "Seat",
    "Series",
    "SeriesShelf",
    "Session",
    "Sessions",
    "Severity",
    "Store",
    "StoreMark",
    "StoredRecord",
    "StrikeEvent",
    "Strikes",
    "Token",
    "Tokens",
    "Training",
    "Trainings",
    "Tx",
    "Upkeep",
    "Upkeeps",
    "Verdict",
    "WaitingEntry",
    "WaitingList",
    "WaitingStatus",
]
