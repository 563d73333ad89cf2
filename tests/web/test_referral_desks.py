"""The desks under odd hands: other departments, ids guessed, odd numbers, double clicks; and how often they ask."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Booking
from fenji.apps.common.clock import Frozen
from fenji.apps.common.models import AuditEvent
from fenji.apps.notices.models import Notice
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import FollowUp, Referral
from fenji.apps.referrals.parties import parties_of
from fenji.apps.registry.models import Absence, Membership
from fenji.kernel.referral import Party, State
from fenji.kernel.roles import Role
from tests.apps.referrals.test_loop import go
from tests.factories import journey
from tests.factories.world import World, make_places, make_resident, make_world, person, resident_id
from tests.web.entrance import logged_in, text, text_of


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def rescuer(world: World) -> User:
    """A physician of another department of the same hospital."""
    return person("rescuer", world.county, Role.PHYSICIAN, world.departments["yx-renmin.emergency"])


def guidance(world: World, clock: Frozen) -> FollowUp:
    """An upper doctor's look, due to the cardiologists."""
    up = journey.reach(world, State.RETURNED)
    down = up.children.get()
    Referral.objects.filter(pk=down.pk).update(sender_department=world.departments["yx-renmin.cardio"])
    return FollowUp.objects.create(
        referral=down, institution=world.county, kind="guidance", due_on=clock.at.date(), what="随诊指导"
    )


# --- who reads


def test_guidance_of_another_department_is_not_there(world: World, clock: Frozen):
    task = guidance(world, clock)
    other = logged_in(rescuer(world))
    assert other.get(f"/clinic/guidance/{task.pk}/").status_code == 404
    assert other.post(f"/clinic/guidance/{task.pk}/", {"result": "好"}).status_code == 404
    assert "陈小明" not in other.get("/clinic/guidance/").content.decode()
    own = logged_in(world.physician)
    assert "陈小明" in own.get("/clinic/guidance/").content.decode()
    assert own.get(f"/clinic/guidance/{task.pk}/").status_code == 200
    assert AuditEvent.objects.filter(actor_id=world.physician.pk, relation="referral:follow_up").exists()


def test_arrivals_show_a_physician_the_own_department(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=0, count=40)[-1]
    up = journey.reach(world, State.SENT)
    go(up, "accept", world.office, place=place.pk)
    assert "陈小明" in logged_in(world.physician).get("/office/arrivals/").content.decode()
    assert "陈小明" in logged_in(world.office).get("/office/arrivals/").content.decode()
    assert "陈小明" not in logged_in(rescuer(world)).get("/office/arrivals/").content.decode()


def test_who_covers_gets_nothing_of_a_colleagues_other_house(world: World, clock: Frozen):
    cover = rescuer(world)
    Membership.objects.create(
        user=world.physician, institution=world.city, role=Role.PHYSICIAN, valid_from=clock.at.date()
    )
    Absence.objects.create(
        user=world.physician, covered_by=cover, from_at=clock.at, until_at=clock.at + timedelta(days=1)
    )
    there = journey.reach(world, State.SENT, institution=world.city.code)
    here = journey.reach(world, State.SENT)
    assert parties_of(cover, there, clock.at) == set()
    assert parties_of(cover, here, clock.at) == {Party.DEPARTMENT}
    Membership.objects.filter(user=cover).update(valid_until=clock.at.date())
    assert parties_of(cover, here, clock.at) == set()


def test_a_draft_is_the_doctors_sheet_until_it_is_put_forward(world: World, clock: Frozen):
    draft = journey.reach(world, State.DRAFT)
    assert logged_in(world.patient).get(f"/slips/{draft.pk}/").status_code == 404
    assert parties_of(world.patient, draft, clock.at) == set()
    go(draft, "discard", world.doctor)
    assert parties_of(world.patient, Referral.objects.get(pk=draft.pk), clock.at) == set()


def test_a_slip_entered_by_the_office_stands_on_the_physicians_list(world: World, clock: Frozen):
    journey.reach(world, State.SENT)  # gives the hospital its relation to the resident
    Membership.objects.filter(user=world.office).update(department=world.departments["yx-renmin.office"])
    form = {
        "sender": world.township.code, "diagnosis_name": "胸痛", "history": "胸痛两小时", "urgency": "routine",
        "idempotency_key": "p1",
    }  # fmt: skip
    assert logged_in(world.office).post(f"/office/paper/{resident_id(world)}/", form).status_code == 302
    assert Referral.objects.get(from_paper=True).department is None
    assert "胸痛" in logged_in(world.physician).get("/clinic/").content.decode()


# --- a draft is written on


def sheet(world: World, draft: Referral, step: str, **changes: str) -> dict[str, str]:
    return {
        "diagnosis": "I10 高血压", "urgency": "routine", "institution": world.county.code, "consent_by": "self",
        "history": "血压控制不佳，补充心电图", "m_systolic": "172", "version": str(draft.version), "step": step,
        "choice_reason": "居民要求", "idempotency_key": f"{step}{draft.version}", **changes,
    }  # fmt: skip


def test_a_draft_opens_on_its_sheet_and_keeps_what_is_written(world: World, clock: Frozen):
    draft, desk = journey.reach(world, State.DRAFT), logged_in(world.doctor)
    page = desk.get(f"/referrals/{draft.pk}/edit/", follow=True).content.decode()
    assert "血压控制不佳三个月" in page
    assert 'value="168"' in page
    desk.post(f"/refer/drafts/{draft.pk}/", sheet(world, draft, "draft"))
    draft.refresh_from_db()
    assert (draft.state, draft.slip["history"], draft.measures) == (
        "draft",
        "血压控制不佳，补充心电图",
        {"systolic": 172},
    )


def test_a_draft_is_sent_from_its_sheet_with_the_place_chosen(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at)[1]
    draft, desk = journey.reach(world, State.DRAFT), logged_in(world.doctor)
    answer = desk.post(f"/refer/drafts/{draft.pk}/", sheet(world, draft, "send", place=str(place.pk)))
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert State(draft.state) in {State.SENT, State.AWAITING_APPROVAL}
    assert draft.booking.place_id == place.pk


def test_elsewhere_than_proposed_the_sheet_asks_why_and_keeps_the_answer(world: World, clock: Frozen):
    draft, desk = journey.reach(world, State.DRAFT), logged_in(world.doctor)
    to_city = {"institution": world.city.code}
    answer = desk.post(f"/refer/drafts/{draft.pk}/", sheet(world, draft, "send", **to_city))
    assert answer.status_code == 422
    assert 'name="choice_code"' in answer.content.decode()
    desk.post(f"/refer/drafts/{draft.pk}/", sheet(world, draft, "send", choice_code="capability", version="1",
                                                 **to_city, idempotency_key="again"))  # fmt: skip
    draft.refresh_from_db()
    assert (draft.state, draft.choice_code) == ("sent", "capability")
    assert "首选机构没有所需的专科或设备" in desk.get(f"/referrals/{draft.pk}/").content.decode()


def test_a_draft_that_cannot_be_sent_stays_as_it_was(world: World, clock: Frozen):
    draft, desk = journey.reach(world, State.DRAFT), logged_in(world.doctor)
    answer = desk.post(f"/refer/drafts/{draft.pk}/", sheet(world, draft, "send", history="", consent_by=""))
    assert answer.status_code == 422
    assert Referral.objects.get(pk=draft.pk).version == draft.version


def test_a_draft_is_nobody_elses_to_write_on(world: World, clock: Frozen):
    draft = journey.reach(world, State.DRAFT)
    assert logged_in(world.physician).get(f"/refer/drafts/{draft.pk}/").status_code == 404
    sent = journey.reach(world, State.SENT)
    assert logged_in(world.doctor).get(f"/refer/drafts/{sent.pk}/").status_code == 409


# --- odd input


@pytest.mark.parametrize("version", ["²", "9" * 5000, "-1", ""])
def test_an_odd_version_is_a_missing_one(world: World, clock: Frozen, version: str):
    up = journey.reach(world, State.SENT)
    path = f"/referrals/{up.pk}/accept/"
    assert logged_in(world.office).post(path, {"version": version}).status_code == 428


@pytest.mark.parametrize("place", ["²", "9" * 5000, "1e3", "0"])
def test_an_odd_place_is_no_place(world: World, clock: Frozen, place: str):
    up = journey.reach(world, State.SENT)
    answer = logged_in(world.office).post(f"/referrals/{up.pk}/accept/", {"version": up.version, "place": place})
    assert answer.status_code in {302, 422}
    offered = logged_in(world.office).post(f"/referrals/{up.pk}/offer/", {"version": up.version, "places": [place]})
    assert offered.status_code in {409, 412, 422}


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "x", "2026-02-30"])
def test_an_odd_day_shows_the_clinics_of_today(world: World, clock: Frozen, day: str):
    make_places(world.departments["yx-renmin.cardio"], clock.at)
    assert logged_in(world.office).get("/office/slots/", {"from": day}).status_code == 200


def test_who_telephoned_is_told_what_a_note_must_not_hold(world: World, clock: Frozen):
    notice = Notice.objects.create(
        kind="referral.send", cause_kind="referral", cause_id="1", once_key="k", institution_id=world.county.pk,
        channel="call", text="请电", made_at=clock.at,
    )  # fmt: skip
    for note in ("改打 13812345678", "a\x00"):
        answer = logged_in(world.office).post(f"/office/calls/{notice.pk}/", {"reached": "yes", "note": note})
        assert answer.status_code == 422


@pytest.mark.parametrize("address", ["//evil.example/", "/\\evil.example/", "https://evil.example/"])
def test_nobody_is_sent_to_another_site(world: World, clock: Frozen, address: str):
    up = journey.reach(world, State.SENT)
    answer = logged_in(world.office).post(f"/referrals/{up.pk}/accept/", {"version": up.version, "next": address})
    assert answer["Location"] == f"/referrals/{up.pk}/"


def test_a_paper_sent_twice_is_kept_once(world: World, clock: Frozen):
    up, desk, picture = journey.reach(world, State.SENT), logged_in(world.doctor), BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    for _ in range(2):
        paper = SimpleUploadedFile("心电图.png", picture.getvalue(), "image/png")
        desk.post(f"/referrals/{up.pk}/papers/", {"paper": paper, "idempotency_key": "once"})
    assert up.attachments.count() == 1


def test_a_paper_that_is_no_photograph_is_refused_on_the_page_it_was_sent_from(world: World, clock: Frozen):
    up, desk = journey.reach(world, State.SENT), logged_in(world.doctor)
    for number, sent in enumerate(({}, {"paper": SimpleUploadedFile("出院小结.txt", b"text", "image/png")})):
        answer = desk.post(f"/referrals/{up.pk}/papers/", {**sent, "idempotency_key": str(number)}, follow=True)
        words = answer.content.decode()
        assert answer.redirect_chain == [(f"/referrals/{up.pk}/", 302)] and up.number in words
        assert ("请先选择一张照片" if not sent else "文件不是图片，或已损坏。请上传 8 MB 以内") in words
    assert not up.attachments.exists()
    assert logged_in(world.tcm_office).post(f"/referrals/{up.pk}/papers/", sent, follow=True).status_code == 404


def test_the_page_says_whom_to_telephone_and_in_an_emergency_the_department(world: World, clock: Frozen):
    up = journey.reach(world, State.SENT)
    assert "tel:0662-0000120" in logged_in(world.doctor).get(f"/referrals/{up.pk}/").content.decode()
    unit = world.departments["yx-renmin.emergency"]
    unit.duty_phone = "0662-0000999"
    unit.save()
    Referral.objects.filter(pk=up.pk).update(urgency="emergency", department=unit)
    assert "tel:0662-0000999" in logged_in(world.doctor).get(f"/referrals/{up.pk}/").content.decode()


def test_a_missed_visit_is_marked_by_hand_once_its_time_has_begun_and_not_before(world: World, clock: Frozen):
    up = journey.reach(world, State.SCHEDULED)
    path = f"/referrals/{up.pk}/"
    assert "mark_no_show" not in logged_in(world.office).get(path).content.decode()
    assert up.booking is not None
    clock.move_to(up.booking.place.starts_at + timedelta(hours=1))
    desk = logged_in(world.office)
    assert "mark_no_show" in desk.get(path).content.decode()
    desk.post(f"{path}mark_no_show/", {"version": str(up.version), "idempotency_key": "m1"})
    up.refresh_from_db()
    assert up.state == "no_show"


def test_a_place_that_is_only_held_says_so_and_is_held_on_once(world: World, clock: Frozen):
    place = make_places(world.departments["yx-renmin.cardio"], clock.at, days_ahead=9)[0]
    up = actions.refer(
        resident_id(world), world.form(place=place.pk), by=world.doctor, institution_id=world.township.pk
    )
    page, path = f"/referrals/{up.pk}/", f"/referrals/{up.pk}/hold/"
    assert "暂时占着，到" in text_of(logged_in(world.doctor), page)
    clock.advance(timedelta(hours=3))
    until = Booking.objects.get().held_until
    for stranger, status in ((world.tcm_office, 404), (world.physician, 403)):
        assert logged_in(stranger).post(path).status_code == status
    office = logged_in(world.office)
    assert f'action="{path}"' in text_of(office, page)
    assert office.post(path).status_code == 302
    longer = Booking.objects.get().held_until
    assert until is not None and longer is not None and longer > until
    assert f'action="{path}"' not in text_of(office, page)
    assert "占号只能延长一次" in text(office.post(path))
    clock.move_to(longer)
    assert "就诊时间" not in text_of(logged_in(world.office), page)
    assert logged_in(world.office).post(path).status_code == 409
    assert Booking.objects.get().held_until == longer


def test_a_suggested_diagnosis_carries_what_was_typed_else_the_browser_hides_it(world: World, clock: Frozen):
    page = logged_in(world.doctor).get("/refer/diagnoses/", {"diagnosis": "xjt"}).content.decode()
    assert '<option value="I20.9 心绞痛">xjt</option>' in page


# --- how often the main pages ask


def many(world: World, clock: Frozen, count: int) -> None:
    """Referrals of as many residents, half of them booked for the next days."""
    for number in range(count):
        other = make_resident(clock.at, name=f"居民{number}")
        world.resident = other
        from fenji.apps.residents.models import CareRelationKind
        from fenji.apps.residents.relations import open_relation

        open_relation(
            other.pk, institution_id=world.township.pk, kind=CareRelationKind.CONTRACT, cause_kind="contract",
            cause_id=str(other.pk), at=clock.at,
        )  # fmt: skip
        actions.refer(other.pk, world.form(), by=world.doctor, institution_id=world.township.pk)


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("doctor", "/family-doctor/"), ("doctor", "/family-doctor/sent/"), ("doctor", "/residents/"),
        ("office", "/office/"), ("office", "/office/calls/"), ("physician", "/clinic/"),
    ],
)  # fmt: skip
def test_a_list_asks_as_often_for_twelve_as_for_two(
    world: World, clock: Frozen, who: str, path: str, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    many(world, clock, 2)
    desk = logged_in(getattr(world, who))
    desk.get(path)
    with CaptureQueriesContext(connection) as few:
        assert desk.get(path).status_code == 200
    many(world, clock, 10)
    with django_assert_max_num_queries(len(few) + 2):
        desk.get(path)


def test_the_page_of_a_resident_with_many_referrals_asks_little_more(
    world: World, clock: Frozen, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk, path = logged_in(world.doctor), f"/residents/{resident_id(world)}/"
    journey.reach(world, State.SENT)
    desk.get(path)
    with CaptureQueriesContext(connection) as one:
        assert desk.get(path).status_code == 200
    for _ in range(9):
        journey.reach(world, State.SENT)
    with django_assert_max_num_queries(len(one) + 12):
        desk.get(path)
