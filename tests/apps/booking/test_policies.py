"""Who may book, change and receive: one table for pages and API, and every act asks it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from fenji.apps.accounts.models import User
from fenji.apps.booking import actions, patterns, sessions
from fenji.apps.booking.models import Booking, Place
from fenji.apps.booking.policies import (
    Access,
    Standing,
    can_book,
    can_change,
    can_keep,
    can_receive,
    check_can_book,
    check_can_change,
    check_can_receive,
)
from fenji.apps.common.errors import Forbidden, NotFound
from fenji.apps.residents.models import CareRelation
from fenji.kernel.roles import Role
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW, TOMORROW

PUBLIC = Access({"public": None})
DESK, WARD = frozenset({Role.REFERRAL_OFFICE}), frozenset({Role.PHYSICIAN})
# relation, posts at the institution → may book, change, receive, keep
TABLE = [
    ("self", frozenset(), (True, True, False, False)),
    ("proxy", frozenset(), (True, True, False, False)),
    ("contract", frozenset(), (True, True, False, False)),
    ("emergency", frozenset(), (False, False, False, False)),
    ("", frozenset(), (False, False, False, False)),
    ("", DESK, (False, True, True, True)),
    ("", WARD, (False, False, True, False)),
    ("visit", WARD, (True, True, True, False)),
    ("emergency", DESK, (False, True, True, True)),
]


@pytest.mark.parametrize(("relation", "roles", "may"), TABLE)
def test_the_table(relation: str, roles: frozenset[Role], may: tuple[bool, ...]) -> None:
    one = Standing(relation, roles)
    assert (can_book(one), can_change(one), can_receive(one), can_keep(roles)) == may
    for allowed, check in zip(may, (check_can_book, check_can_change, check_can_receive), strict=False):
        if allowed:
            check(one)
        else:
            with pytest.raises(Forbidden if relation else NotFound):
                check(one)


@pytest.fixture
def place(db: None) -> Place:
    return clinic.places(clinic.session(clinic.department()))[0]


def acts(place: Place, who: Any, booking: Booking) -> dict[str, Callable[[User], object]]:
    """Every act somebody may try."""
    other = clinic.places(place.session)[1]
    return {
        "hold": lambda by: actions.hold(who, place_id=other.pk, until=NOW + HOUR, by=by, at=NOW, access=PUBLIC),
        "book": lambda by: actions.book(who, place_id=other.pk, by=by, at=NOW, access=PUBLIC),
        "confirm": lambda by: actions.confirm(booking.pk, by=by, at=NOW),
        "extend": lambda by: actions.extend_hold(booking.pk, until=NOW + DAY / 2, by=by, at=NOW),
        "move": lambda by: actions.move_to(booking.pk, place_id=other.pk, by=by, at=NOW, access=PUBLIC),
        "cancel": lambda by: actions.cancel(booking.pk, "不去了", by=by, at=NOW),
        "arrive": lambda by: actions.mark_arrived(booking.pk, by=by, at=TOMORROW),
        "miss": lambda by: actions.mark_no_show(booking.pk, by=by, at=TOMORROW + HOUR),
        "close": lambda by: sessions.close_session(place.session_id, "停电", by=by, at=NOW),
        "reopen": lambda by: sessions.reopen_session(place.session_id, by=by, at=NOW),
        "pattern": lambda by: patterns.end_schedule(1, TOMORROW.date(), by=by, at=NOW),
    }


def test_a_stranger_can_do_nothing_and_changes_nothing(place: Place) -> None:
    who = clinic.resident()
    booking = actions.hold(who, place_id=place.pk, until=NOW + HOUR, by=None, at=NOW, access=PUBLIC)
    stranger = clinic.keeper(clinic.hospital(), Role.FAMILY_DOCTOR)
    for name, act in acts(place, who, booking).items():
        with pytest.raises(NotFound):
            act(stranger)
        booking.refresh_from_db()
        assert booking.state == "held", name
    assert Booking.objects.count() == 1


def test_who_broke_the_glass_reads_and_books_nothing(place: Place) -> None:
    who, house = clinic.resident(), clinic.hospital()
    reader = clinic.keeper(house, Role.PHYSICIAN)
    CareRelation.objects.create(
        resident_id=who, institution=house, user=reader, kind="emergency", cause_kind="emergency", cause_id="1",
        from_at=NOW - HOUR,
    )  # fmt: skip
    with pytest.raises(Forbidden):
        actions.book(who, place_id=place.pk, by=reader, at=NOW, access=PUBLIC)


def test_who_has_the_resident_in_care_books_and_the_desk_receives(place: Place) -> None:
    who, house = clinic.resident(), clinic.township()
    doctor, desk = clinic.in_care(who, house), clinic.keeper(place.institution)
    booking = actions.book(who, place_id=place.pk, by=doctor, at=NOW, access=PUBLIC)
    with pytest.raises(Forbidden):  # arrival is said by who receives
        actions.mark_arrived(booking.pk, by=doctor, at=TOMORROW)
    assert actions.mark_arrived(booking.pk, by=desk, at=TOMORROW).state == "arrived"


def test_what_serves_a_referral_was_judged_by_its_moves(place: Place) -> None:
    office = clinic.keeper(place.institution)
    made = actions.book(clinic.resident(), place_id=place.pk, referral_id=uuid4(), by=office, at=NOW)
    assert made.made_by == office
