"""The demonstration as it is filled: every login works, desks are full, and it is all made by real actions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from pytest_django import DjangoDbBlocker

from fenji.apps.accounts.models import User
from fenji.apps.booking.delays import PatientGroup
from fenji.apps.booking.models import Place
from fenji.apps.booking.waits import waits
from fenji.apps.common import clock
from fenji.apps.common.models import AuditEvent
from fenji.apps.indicators.green_channel import Step, green_channel
from fenji.apps.indicators.publication import published_rows
from fenji.apps.indicators.scope import Scope
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.registry.models import Department, Institution, Membership
from fenji.apps.residents.models import Resident, ResidentAccount
from fenji.config import content, demonstration, demonstration_visits, storytelling
from fenji.config.demonstration_accounts import CITY, COUNTY, LOGINS, PASSWORD, TOWNSHIP
from fenji.config.stories import CASES, PUBLISHED_ROADS, ROADS, STORIES
from fenji.kernel.referral import STATES, State
from fenji.kernel.roles import Office, Role

A_WEDNESDAY = datetime(2026, 4, 22, 2, 30, tzinfo=UTC)  # half past ten in Yangjiang, no holiday for two weeks before
SHOWN = {
    *(State.DRAFT, State.SENT, State.AWAITING_INFORMATION, State.REFUSED, State.HANDING_ON, State.SCHEDULED),
    *(State.APPOINTMENT_CANCELLED, State.NO_SHOW, State.CANCELLATION_REQUESTED, State.IN_CARE, State.REPLIED),
    *(State.RETURNED, State.COMPLETED, State.CANCELLED),
}


@dataclass
class Reports:
    """What a progress bar would be told."""

    told: list[tuple[int, int]]

    def __call__(self, done: int, total: int) -> None:
        self.told.append((done, total))


@pytest.fixture(scope="module", params=[12_000, pytest.param(26_000, marks=pytest.mark.prove)])
def filled(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Reports]:
    """A demonstration filled once for the module and rolled back after it: with few residents and with all."""
    report, before = Reports([]), (settings.DEMONSTRATION, settings.DEMONSTRATION_RESIDENTS)
    settings.DEMONSTRATION, settings.DEMONSTRATION_RESIDENTS = True, request.param
    with django_db_blocker.unblock(), clock.set_to(A_WEDNESDAY), transaction.atomic():
        content.load_city("yangjiang", report)
        content.first_residents(report)
        content.open_clinics(report)
        demonstration.make_accounts(report)
        storytelling.tell_stories(report)
        demonstration_visits.let_people_come(report)
        yield report
        transaction.set_rollback(True)
    settings.DEMONSTRATION, settings.DEMONSTRATION_RESIDENTS = before


def test_every_role_and_office_has_a_login_that_works(filled: Reports) -> None:
    users = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    assert set(users) == {login.username for login in LOGINS}
    assert all(check_password(PASSWORD, user.password) and user.is_active for user in users.values())
    assert {user.office for user in users.values()} == {office.value for office in Office}
    played = set(Membership.objects.filter(user__in=users.values()).values_list("role", flat=True))
    assert played == {role.value for role in Role if role is not Role.PROGRAM}
    assert all(user.name for user in users.values())


def test_the_resident_may_open_the_own_page_and_has_places_to_choose_from(filled: Reports) -> None:
    account = ResidentAccount.objects.select_related("resident").get(user__username="resident", relation="self")
    referrals = Referral.objects.filter(resident=account.resident)
    assert referrals.filter(state=State.SCHEDULED, booking__place__starts_at__gt=A_WEDNESDAY).exists()
    assert referrals.filter(direction="down", state=State.COMPLETED, plan__isnull=False).exists()
    referral = referrals.get(state=State.APPOINTMENT_CANCELLED)
    assert len(referral.offered_places) == 3
    assert all(place.taken_by is None for place in Place.objects.filter(pk__in=referral.offered_places))
    assert account.resident.name == User.objects.get(username="resident").name


def test_the_story_shows_referrals_in_many_states(filled: Reports) -> None:
    found = {State(state) for state in Referral.objects.values_list("state", flat=True)}
    assert found >= SHOWN


def test_no_open_referral_lacks_owner_deadline_and_escalation(filled: Reports) -> None:
    still_open = [one for one in Referral.objects.all() if STATES[State(one.state)].is_open]
    assert len(still_open) > 20
    assert all(one.due_at and one.escalate_at for one in still_open)


def test_each_desk_has_something_to_do(filled: Reports) -> None:
    for receiver, state in ((COUNTY, State.SENT), (CITY, State.SENT), (TOWNSHIP, State.SENT)):
        assert Referral.objects.filter(receiver__code=receiver, state=state).exists(), receiver
    doctor = User.objects.get(username="doctor")
    assert Referral.objects.filter(sent_by=doctor, state=State.AWAITING_INFORMATION).exists()
    assert Referral.objects.filter(sent_by=doctor, state=State.REPLIED).exists()
    physician = User.objects.get(username="physician")
    department = physician.memberships.get(institution__code=CITY).department
    assert Referral.objects.filter(department=department, state=State.IN_CARE).exists()
    assert FollowUp.objects.filter(done_at=None, institution__code=TOWNSHIP).exists()


def test_something_is_overdue_so_that_escalation_can_be_seen(filled: Reports) -> None:
    assert Referral.objects.filter(closed_at=None, due_at__lt=A_WEDNESDAY, receiver__code=CITY).exists()


def test_every_turn_lies_in_the_past_and_is_audited(filled: Reports) -> None:
    for referral in Referral.objects.all():
        times = list(referral.steps.order_by("version").values_list("at", flat=True))
        assert times == sorted(times)
        assert times[-1] <= A_WEDNESDAY
        events = AuditEvent.objects.filter(subject_id=str(referral.pk), verb__startswith="referral.").count()
        assert events >= len(times)


def test_loops_close_along_every_road(filled: Reports) -> None:
    for sender, receiver in ROADS:
        closed = Referral.objects.filter(
            sender__code=sender, receiver__code=receiver, state=State.COMPLETED, direction="up"
        )
        assert closed.count() >= 2, f"{sender} to {receiver}"


def test_places_of_the_coming_weeks_are_there(filled: Reports) -> None:
    assert Place.objects.filter(starts_at__gt=A_WEDNESDAY).count() > 10_000


def test_the_green_channel_has_whom_to_compare_and_delays_of_the_patients_own(filled: Reports) -> None:
    units = Department.objects.filter(institution__code__in=(COUNTY, CITY), code="cardiology")
    found = waits(units.values_list("pk", flat=True), at=A_WEDNESDAY).values()
    for waited in found:
        assert set(waited) == set(PatientGroup)
        assert waited[PatientGroup.REFERRED].days < waited[PatientGroup.OTHER].days
    assert sum(waited[PatientGroup.OTHER].patient_count for waited in found) > 0
    county = Scope(
        A_WEDNESDAY, A_WEDNESDAY, A_WEDNESDAY, frozenset({units.get(institution__code=COUNTY).institution_id})
    )
    (house,) = green_channel(county)
    assert {group for step, group in house.steps if step is Step.SEEN} == set(PatientGroup)
    assert house.steps[Step.SEEN, PatientGroup.REFERRED].patient_count == 1  # did not come, and came later


def test_progress_is_told_to_the_end(filled: Reports) -> None:
    assert (settings.DEMONSTRATION_RESIDENTS, settings.DEMONSTRATION_RESIDENTS) in filled.told
    assert (len(STORIES), len(STORIES)) in filled.told


def test_making_the_accounts_again_changes_nothing(filled: Reports) -> None:
    before = sorted(User.objects.filter(is_demonstration=True).values_list("pk", "username", "name", "office"))
    demonstration.make_accounts(lambda done, total: None)
    assert sorted(User.objects.filter(is_demonstration=True).values_list("pk", "username", "name", "office")) == before
    assert sorted(ResidentAccount.objects.filter(user__username="resident").values_list("relation", flat=True)) == [
        "parent",
        "self",
    ]


def test_a_new_load_of_the_city_takes_the_logins_back_only_until_they_are_made_again(filled: Reports) -> None:
    with transaction.atomic():
        content.load_city("yangjiang", lambda done, total: None)
        demonstration.make_accounts(lambda done, total: None)
        users = User.objects.filter(is_demonstration=True)
        assert {user.username for user in users} == {login.username for login in LOGINS}
        transaction.set_rollback(True)


def test_residents_are_made_only_where_there_are_none(filled: Reports) -> None:
    content.first_residents(lambda done, total: None)
    assert Resident.objects.count() == settings.DEMONSTRATION_RESIDENTS


def test_the_data_of_the_stories_name_what_exists(filled: Reports) -> None:
    assert {story.case for story in STORIES} <= set(CASES)
    named = {story.sender for story in STORIES} | {story.receiver for story in STORIES}
    assert named == set(Institution.objects.filter(code__in=named).values_list("code", flat=True))


@pytest.mark.django_db
def test_production_gets_the_network_without_invented_people() -> None:
    loaded = content.load_city("yangjiang", lambda done, total: None)
    assert loaded.institutions > 100
    assert loaded.people == 0
    assert not User.objects.exists()


def test_a_whole_month_is_there_to_be_published_with_what_was_not_kept(filled: Reports) -> None:
    rows = {row.row.institution.code: row for row in published_rows(date(2026, 3, 1), A_WEDNESDAY)}
    for sender, receiver in PUBLISHED_ROADS:
        told, own = rows[sender].counts, rows[sender].row.figures
        assert (told["sent_up"], told["received_down"], own["below_level"].count) == (7, 5, 1), sender
        theirs = rows[receiver].row.figures
        assert theirs["received_up"].count >= 7
        assert theirs["answered_late"].count >= 1, receiver
    assert not Referral.objects.filter(sent_at__gte=datetime(2026, 3, 1, tzinfo=UTC), closed_at=None).filter(
        sent_at__lt=datetime(2026, 4, 1, tzinfo=UTC)
    )  # all of it came to an end
