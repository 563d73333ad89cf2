"""The ladder by which reserved places open: to primary institutions, the consortium, those with a contract, all."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from fenji.apps.booking import actions, releases, rules
from fenji.apps.booking.access import access_for
from fenji.apps.booking.errors import PlaceReserved
from fenji.apps.booking.models import Booking, Place, Release
from fenji.apps.booking.policies import REFERRED, Access
from fenji.apps.common import rulebooks
from fenji.apps.contracts.models import Contract
from fenji.apps.registry.models import Consortium, ConsortiumMember, Team
from fenji.kernel.release import Ladder, ladder
from fenji.rulebook import load_rulebook
from tests.apps.booking import clinic
from tests.apps.booking.clinic import DAY, HOUR, NOW

pytestmark = pytest.mark.django_db
LADDERS = {
    "referral": ladder({"primary": 336, "consortium": 72, "contract": 48, "all": 24}),
    "expert": ladder({"primary": 240, "consortium": 48, "contract": "never", "all": 12}),
}
BEIJING = {  # two weeks ahead a share of all places, and of experts' half, is the primary institutions' alone
    "referral": ladder({"primary": 336, "all": 24}),
    "expert": ladder({"primary": 336, "all": 24}),
}


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Ladder]]:
    chosen = dict(LADDERS)
    monkeypatch.setattr(rules, "ladders", lambda *, at: chosen)
    yield chosen


def reserved_place(days: float, *, line: str = "specialist", permille: int = 1000) -> Place:
    """Of a clinic so many days ahead of `NOW`."""
    return clinic.places(
        clinic.session(clinic.department(), NOW + days * DAY, places=10, reserve_permille=permille, line=line)
    )[0]


def test_the_citys_own_ladder_is_read_and_its_silence_keeps_places_reserved() -> None:
    assert access_for(uuid4(), at=NOW) == REFERRED
    silent = access_for(None, at=NOW)
    place = reserved_place(0.5)
    assert not silent.allows(place.pool, place.starts_at, at=NOW)
    assert silent.allows("public", place.starts_at, at=NOW)
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    stated = load_rulebook("yangjiang").value("booking.release.clinic", on=rules.day_of(NOW)).value["all"]
    assert access_for(None, at=NOW).opens["referral"] == timedelta(hours=stated)


@pytest.mark.usefixtures("steps")
def test_everybody_is_let_in_last_and_experts_have_a_ladder_of_their_own() -> None:
    everyone = access_for(None, at=NOW)
    assert [everyone.allows("referral", NOW + hours * HOUR, at=NOW) for hours in (24, 25)] == [True, False]
    assert [everyone.allows("expert", NOW + hours * HOUR, at=NOW) for hours in (12, 13)] == [True, False]


@pytest.mark.usefixtures("steps")
def test_a_primary_institution_is_let_in_two_weeks_ahead_and_a_hospital_is_not() -> None:
    primary = access_for(None, at=NOW, by=clinic.keeper(clinic.township()))
    other = access_for(None, at=NOW, by=clinic.keeper(clinic.hospital()))
    assert [primary.allows("referral", NOW + days * DAY, at=NOW) for days in (14, 15)] == [True, False]
    assert not other.allows("referral", NOW + 2 * DAY, at=NOW)


@pytest.mark.usefixtures("steps")
def test_the_consortium_is_let_in_at_its_own_houses_alone() -> None:
    place, elsewhere = reserved_place(2.5), reserved_place(2.5)
    house = clinic.hospital()
    union = Consortium.objects.create(
        code="U1", name="县域医共体", kind="county", lead=place.institution, basis="stated"
    )
    ConsortiumMember.objects.create(consortium=union, institution=house, basis="stated")
    by = clinic.keeper(house)
    access = access_for(None, at=NOW, by=by)
    assert access.partners == {house.pk, place.institution_id}
    assert actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=access).state == "booked"
    with pytest.raises(PlaceReserved):
        actions.book(clinic.resident(), place_id=elsewhere.pk, by=None, at=NOW, access=access)
    Consortium.objects.update(valid_until=rules.day_of(NOW))
    assert access_for(None, at=NOW, by=by).partners == frozenset()


@pytest.mark.usefixtures("steps")
def test_a_contract_opens_clinics_a_day_earlier_and_experts_not() -> None:
    who, house = clinic.resident(), clinic.township()
    team = Team.objects.create(institution=house, code="T1", name="合山一队")
    day = rules.day_of(NOW)
    Contract.objects.create(
        resident_id=who, team=team, valid_from=day, valid_until=day + timedelta(days=365),
        signed_by=clinic.doctor(), signed_at=NOW,
    )  # fmt: skip
    with_contract, without = access_for(None, at=NOW, resident_id=who), access_for(None, at=NOW, resident_id=uuid4())
    assert with_contract.allows("referral", NOW + 2 * DAY, at=NOW)
    assert not without.allows("referral", NOW + 2 * DAY, at=NOW)
    assert not with_contract.allows("expert", NOW + DAY, at=NOW)


def test_beijings_rule_is_a_setting(steps: dict[str, Ladder]) -> None:
    """≥ 30 % of the places, and ≥ 50 % of the experts', are for primary institutions two weeks ahead."""
    steps.update(BEIJING)
    primary, everyone = access_for(None, at=NOW, by=clinic.keeper(clinic.township())), access_for(None, at=NOW)
    for line, permille in (("specialist", 300), ("expert", 500)):
        places = list(reserved_place(14, line=line, permille=permille).session.places.all())[:1] + list(
            Place.objects.filter(session__line=line, starts_at__lte=NOW + 14 * DAY)
        )
        of_line = Place.objects.filter(session=places[0].session)
        at = NOW + 2 * HOUR  # two weeks ahead of the last of them
        mine = [one for one in of_line if primary.allows(one.pool, one.starts_at, at=at)]
        theirs = [one for one in of_line if everyone.allows(one.pool, one.starts_at, at=at)]
        assert len(mine) == len(of_line)
        assert len(of_line) - len(theirs) >= permille * len(of_line) / 1000


@pytest.mark.usefixtures("steps")
def test_what_the_ladder_opens_can_be_claimed_at_that_moment_and_not_before() -> None:
    place = reserved_place(5)
    opens_at = place.starts_at - 24 * HOUR
    with pytest.raises(PlaceReserved):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=opens_at - timedelta(seconds=1))
    assert actions.book(clinic.resident(), place_id=place.pk, by=None, at=opens_at).state == "booked"


@pytest.mark.usefixtures("steps")
def test_every_release_is_written_down_once_with_what_was_left() -> None:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    session = reserved_place(5).session
    taken, late, *_ = clinic.places(session)
    opened = session.starts_at - 72 * HOUR
    actions.book(clinic.resident(), place_id=taken.pk, by=None, at=NOW, access=REFERRED)
    actions.book(clinic.resident(), place_id=late.pk, by=None, at=opened + HOUR, access=REFERRED)
    assert releases.note_releases(at=opened - HOUR) == 1  # to primary institutions, long ago
    assert releases.note_releases(at=opened + 2 * HOUR) == 1
    assert releases.note_releases(at=opened + 3 * HOUR) == 0
    rungs = [(one.group, one.released_at, one.places) for one in releases.releases_of(session.pk)]
    assert rungs == [("primary", session.starts_at - 336 * HOUR, 10), ("consortium", opened, 9)]


@pytest.mark.usefixtures("steps")
def test_nothing_is_released_of_a_closed_clinic_or_a_public_one() -> None:
    rulebooks.store(load_rulebook("yangjiang"), at=NOW)
    session = reserved_place(1).session
    session.closed_at = NOW
    session.save()
    clinic.session(clinic.department(), NOW + DAY)
    assert releases.note_releases(at=NOW) == 0
    assert not Release.objects.exists()


def test_a_pool_nobody_named_is_shut() -> None:
    place = reserved_place(1)
    with pytest.raises(PlaceReserved):
        actions.book(clinic.resident(), place_id=place.pk, by=None, at=NOW, access=Access({"public": None}))
    assert not Booking.objects.exists()
