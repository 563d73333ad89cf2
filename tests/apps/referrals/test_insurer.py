"""The insurer's part: nothing, a notice when a patient is received, or a filing before a planned patient is here."""

from collections.abc import Callable

import pytest
from django.test import Client

from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Invalid
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions, queries
from fenji.apps.referrals.errors import FilingMissing, MoveNotPossible, NotYourMove, ReferralNotFound
from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Institution
from fenji.kernel.referral import State
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, Level, Tier
from tests.apps.referrals.test_loop import go, state
from tests.factories import journey
from tests.factories.policy import decide
from tests.factories.world import World, institution, person

NUMBER = "BA-2026-000123"


@pytest.fixture(autouse=True)
def insurer(world: World) -> Institution:
    return institution("yx-yibao", "阳西县医保局", Kind.INSURER, Tier.COUNTY, Level.NONE, world.region)


def told() -> list[str]:
    return list(Notice.objects.filter(kind="referral.insurer").values_list("text", flat=True))


def file(referral: Referral, world: World, number: str = NUMBER) -> Referral:
    return actions.record_filing(referral.pk, number=number, by=world.office)


def test_where_the_city_wants_a_notice_the_insurer_gets_one_when_a_patient_is_received(
    world: World, insurer: Institution
):
    up = journey.reach(world, State.SENT)
    assert told() == []
    go(up, "accept", world.office)
    [words] = told()
    assert up.number in words
    assert all(secret not in words for secret in ("陈小明", "高血压", "I10"))
    assert Notice.objects.get(kind="referral.insurer").institution_id == insurer.pk
    go(up, "arrive", world.office)
    assert len(told()) == 1


def test_who_arrives_unaccepted_is_told_of_too(world: World):
    up = journey.reach(world, State.SENT, urgency="emergency", consent_by="emergency")
    go(up, "arrive", world.office)
    assert len(told()) == 1


def test_on_the_way_down_the_insurer_has_no_part(world: World):
    down = Referral.objects.get(parent=journey.reach(world, State.RETURNED))
    before = len(told())
    go(down, "accept", world.doctor)
    assert len(told()) == before


def test_where_the_insurer_has_no_part_nothing_is_told_or_filed(world: World):
    decide(referral__insurer_step="none")
    up = journey.reach(world, State.ACCEPTED)
    assert told() == []
    with pytest.raises(MoveNotPossible):
        file(up, world)


def test_where_a_filing_is_asked_a_planned_patient_is_not_here_before_it(world: World):
    decide(referral__insurer_step="filing")
    up = journey.reach(world, State.ACCEPTED)
    assert "备案" in told()[0]
    with pytest.raises(FilingMissing):
        go(up, "arrive", world.office)
    filed = file(up, world)
    assert (filed.filing_number, filed.filed_by) == (NUMBER, world.office)
    go(up, "arrive", world.office)
    assert state(up) is State.ARRIVED


def test_an_emergency_never_waits_for_a_filing_and_stands_among_those_still_to_be_filed(world: World):
    decide(referral__insurer_step="filing")
    up = journey.reach(world, State.SENT, urgency="emergency", consent_by="emergency")
    go(up, "arrive", world.office)
    go(up, "start_care", world.physician)
    assert [one.pk for one in queries.not_filed(world.county.pk)] == [up.pk]
    file(up, world)
    assert not queries.not_filed(world.county.pk).exists()


def test_noted_at_the_counter_he_is_here_and_still_to_be_filed(world: World, clock: Frozen):
    decide(referral__insurer_step="filing")
    up = journey.reach(world, State.SCHEDULED)
    up.refresh_from_db()
    assert up.booking is not None
    type(up.booking).objects.filter(pk=up.booking_id).update(state="arrived")
    actions.follow_booking(up.pk, up.booking_id, change="arrived", at=clock.at)
    assert state(up) is State.ARRIVED
    assert queries.not_filed(world.county.pk).count() == 1


def test_a_filing_is_recorded_once_by_the_office_and_holds_no_persons_number(world: World):
    decide(referral__insurer_step="filing")
    up = journey.reach(world, State.ACCEPTED)
    refusals: list[tuple[type[Exception], Callable[[], object]]] = [
        (NotYourMove, lambda: actions.record_filing(up.pk, number=NUMBER, by=world.doctor)),
        (ReferralNotFound, lambda: actions.record_filing(up.pk, number=NUMBER, by=world.city_office)),
        (Invalid, lambda: file(up, world, "13812345678")),
        (Invalid, lambda: file(up, world, " ")),
    ]
    for error, act in refusals:
        with pytest.raises(error):
            act()
    file(up, world)
    with pytest.raises(MoveNotPossible):
        file(up, world, "BA-2")
    up.refresh_from_db()
    assert up.filing_number == NUMBER


# --- pages


@pytest.fixture
def desk(settings) -> Callable[..., Client]:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False

    def at(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return at


def test_the_office_files_on_the_referrals_page_and_sees_what_is_due(world: World, desk):
    decide(referral__insurer_step="filing")
    up = journey.reach(world, State.SENT, urgency="emergency", consent_by="emergency")
    go(up, "arrive", world.office)
    assert up.number in desk(world.office).get("/office/").content.decode()
    page = f"/referrals/{up.pk}/"
    assert f"{page}filing/" in desk(world.office).get(page).content.decode()
    assert "待登记" in desk(world.doctor).get(page).content.decode()
    assert f"{page}filing/" not in desk(world.doctor).get(page).content.decode()
    desk(world.office).post(f"{page}filing/", {"number": NUMBER, "idempotency_key": "f1"})
    assert NUMBER in desk(world.doctor).get(page).content.decode()


def test_the_insurers_desk_shows_what_it_was_told(world: World, insurer: Institution, desk):
    up = journey.reach(world, State.ACCEPTED)
    page = desk(person("yibao", insurer, Role.INSURER)).get("/insurer/").content.decode()
    assert "最近告知" in page and up.number in page
