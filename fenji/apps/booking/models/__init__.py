"""Places and bookings, examinations, the waiting list, whose the places are."""

from fenji.apps.booking.models.bookings import Booking, BookingState
from fenji.apps.booking.models.capacity import (
    Block,
    Difference,
    DifferenceKind,
    Feed,
    Reconciliation,
    Release,
    ReserveShare,
)
from fenji.apps.booking.models.clinics import ExamItem, Line, Schedule, Session
from fenji.apps.booking.models.examinations import ExamOrder
from fenji.apps.booking.models.places import Place, Pool
from fenji.apps.booking.models.waiting import EntryState, Offer, OfferState, WaitingEntry

__all__ = [
    "Block",
    "Booking",
    "BookingState",
    "Difference",
    "DifferenceKind",
    "EntryState",
    "ExamItem",
    "ExamOrder",
    "Feed",
    "Line",
    "Offer",
    "OfferState",
    "Place",
    "Pool",
    "Reconciliation",
    "Release",
    "ReserveShare",
    "Schedule",
    "Session",
    "WaitingEntry",
]
