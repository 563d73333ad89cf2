"""First contact: judged by the rulebook when a referral is sent and when a place is booked without one, and kept."""

from datetime import date

import pytest

from fenji.apps.booking.models import Booking, Pool
from fenji.apps.common import rulebooks
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.errors import FirstContactRequired
from fenji.apps.referrals.models import FirstContact, Referral
from fenji.apps.registry.models import Department
from fenji.kernel.referral import State, Urgency
from tests.apps.referrals.test_loop import refer
from tests.factories import journey
from tests.factories.policy import decide
from tests.factories.world import World, make_places, resident_id


def book(world: World, clock: Frozen, house: str = "yx-renmin", *, urgency: Urgency = Urgency.ROUTINE) -> Booking:
    place = make_places(world.departments[f"{house}.cardio"], clock.at, pool=Pool.PUBLIC)[0]
    return direct.book(resident_id(world), place_id=place.pk, by=world.patient, at=clock.at, urgency=urgency)


# --- referrals


def test_a_referral_from_the_township_is_kept_as_it_should_be(world: World):
    up = refer(world)
    kept = FirstContact.objects.get(referral=up)
    assert (kept.rule, kept.counts, kept.code) == ("guided", True, "primary")
    assert kept.clause.startswith("二(七)1")
    assert kept.rulebook_version == rulebooks.current().hash


def test_a_hospital_that_was_seen_first_is_noted_and_nothing_is_blocked(world: World, clock: Frozen):
    form = world.form(institution=world.city.code, urgency="urgent")
    up = actions.refer(resident_id(world), form, by=_seen_at_county(world, clock), institution_id=world.county.pk)
    assert State(up.state) is State.SENT
    assert (up.first_contact.counts, up.first_contact.code) == (False, "elsewhere")


def test_sent_on_by_the_hospital_he_was_referred_to_it_counts(world: World):
    here = journey.reach(world, State.IN_CARE)
    form = world.form(institution=world.city.code)
    onward = actions.refer(here.resident_id, form, by=world.physician, institution_id=world.county.pk)
    assert onward.first_contact.code == "referred"


def test_a_draft_is_judged_when_it_is_sent_and_a_way_down_never(world: World, clock: Frozen):
    draft = journey.reach(world, State.DRAFT)
    assert not FirstContact.objects.exists()
    actions.perform(draft.pk, "send", by=world.doctor, version=1)
    assert FirstContact.objects.count() == 1
    down = journey.reach(world, State.RETURNED)
    assert not FirstContact.objects.filter(referral__parent=down).exists()


def test_a_paper_slip_is_judged_by_who_wrote_it(world: World):
    journey.reach(world, State.SENT)  # gives the hospital its relation to the resident
    paper = actions.enter_paper(
        resident_id(world), world.form(), sender=world.township.code, by=world.physician, institution_id=world.county.pk
    )
    assert paper.first_contact.code == "primary"


# --- bookings without a referral


def test_where_the_city_guides_a_hospital_is_booked_and_the_judgement_kept(world: World, clock: Frozen):
    kept = book(world, clock).first_contact
    assert (kept.rule, kept.counts, kept.code) == ("guided", False, "elsewhere")
    assert kept.resident_id == resident_id(world)


@pytest.mark.parametrize("rule", ["compulsory", "stepwise"])
def test_where_the_rule_binds_a_hospital_is_not_booked_and_the_clause_is_said(world: World, clock: Frozen, rule: str):
    decide(first_contact__rule=rule)
    with pytest.raises(FirstContactRequired) as refused:
        book(world, clock)
    assert "二(七)1" in str(refused.value.message)
    assert not Booking.objects.exists() and not FirstContact.objects.exists()


def test_an_emergency_a_referred_patient_and_who_comes_again_are_booked(world: World, clock: Frozen):
    decide(first_contact__rule="compulsory")
    urgent = book(world, clock, urgency=Urgency.EMERGENCY)
    assert urgent.first_contact.code == "emergency"
    direct.cancel(urgent.pk, reason="不去了", by=world.patient, at=clock.at)
    Booking.objects.filter(pk=urgent.pk).update(state="arrived")
    assert book(world, clock).first_contact.code == "recheck"
    refer(world, institution=world.county_tcm.code)
    assert book(world, clock, "yx-zhongyi").first_contact.code == "referred"


def test_the_emergency_department_sees_everybody(world: World, clock: Frozen):
    decide(first_contact__rule="compulsory")
    place = make_places(world.departments["yx-renmin.emergency"], clock.at, pool=Pool.PUBLIC)[0]
    made = direct.book(resident_id(world), place_id=place.pk, by=world.patient, at=clock.at)
    assert made.first_contact.code == "emergency"


@pytest.mark.parametrize(("groups", "books"), [(["elderly_65"], True), (["child"], False), ([], False)])
def test_a_group_that_chooses_freely_is_not_bound(world: World, clock: Frozen, groups: list[str], books: bool):
    decide(first_contact__rule="compulsory", choice__exempt_groups=groups)
    if books:
        assert book(world, clock).first_contact.code == "exempt"  # born in 1958
    else:
        with pytest.raises(FirstContactRequired):
            book(world, clock)


def test_a_tcm_clinic_counts_where_the_city_says_so(world: World, clock: Frozen):
    Department.objects.filter(pk=world.departments["yx-zhongyi.cardio"].pk).update(specialty="50.01")
    decide(first_contact__rule="compulsory")
    assert book(world, clock, "yx-zhongyi").first_contact.code == "tcm_outpatient"
    decide(first_contact__rule="compulsory", first_contact__tcm_outpatient_counts=False)
    with pytest.raises(FirstContactRequired):
        book(world, clock, "yx-zhongyi")


@pytest.mark.parametrize(("years", "books"), [(14, True), (13, False)])
def test_a_seriously_ill_child_may_start_at_a_tertiary_hospital(world: World, clock: Frozen, years: int, books: bool):
    decide(first_contact__rule="compulsory", first_contact__child_up_to_years=years)
    assert world.resident is not None
    world.resident.birth_date = date(2012, 1, 5)
    world.resident.save()
    if books:
        assert book(world, clock, "yj-renmin", urgency=Urgency.URGENT).first_contact.code == "serious_child"
    else:
        with pytest.raises(FirstContactRequired):
            book(world, clock, "yj-renmin", urgency=Urgency.URGENT)


def test_where_it_begins_with_the_old_only_they_are_judged(world: World, clock: Frozen):
    decide(first_contact__rule="older_first")
    assert book(world, clock).first_contact.counts is False
    assert world.resident is not None
    world.resident.birth_date = date(1990, 1, 5)
    world.resident.save()
    assert book(world, clock, "yx-zhongyi").first_contact.code == "younger"


def test_a_judgement_is_of_one_referral_or_one_booking(world: World):
    from django.db import IntegrityError, transaction

    kept = FirstContact.objects.get(referral=refer(world))
    kept.referral = None
    with pytest.raises(IntegrityError), transaction.atomic():
        kept.save()


def _seen_at_county(world: World, clock: Frozen):
    from fenji.apps.residents.relations import open_visit

    assert world.resident is not None
    open_visit(world.resident, institution_id=world.county.pk, at=clock.at)
    assert not Referral.objects.exists()
    return world.physician
