"""What do the hub's services need from the world? Protocols and the records they exchange; `hub.app` chooses."""

from hub.ports.bookings import Bookings, NewReservation, Reservation, ReservationFilter
from hub.ports.certificates import Certificate, CertificateEvent, Certificates, Course
from hub.ports.clock import Clock
from hub.ports.machines import Closure, DayException, Lab, Machine, Machines, Opening, Seat
from hub.ports.nodes import Node, Nodes
from hub.ports.paper import Audit, Entry, KeptAnswer, Outbox, Parcel, Replays, Token, Tokens
from hub.ports.people import Account, Badge, Badges, NewPerson, People, Person
from hub.ports.records import JournalHead, NewRecord, Records, StoredRecord
from hub.ports.sessions import Lock, Locks, Session, Sessions
from hub.ports.store import BadgeVault, Busy, Meta, Store, StoreMark, Tx

__all__ = [
    "Account",
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
    "JournalHead",
    "KeptAnswer",
    "Lab",
    "Lock",
    "Locks",
    "Machine",
    "Machines",
    "Meta",
    "NewPerson",
    "NewRecord",
    "NewReservation",
    "Node",
    "Nodes",
    "Opening",
    "Outbox",
    "Parcel",
    "People",
    "Person",
    "Records",
    "Replays",
    "Reservation",
    "ReservationFilter",
    "Seat",
    "Session",
    "Sessions",
    "Store",
    "StoreMark",
    "StoredRecord",
    "Token",
    "Tokens",
    "Tx",
]
