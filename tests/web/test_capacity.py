"""Pages of capacity: the board, the printed list and what was written on it, what is free around, a public place."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from fenji.apps.booking import blocks, reconciling, releases, sessions, shares, waiting
from fenji.apps.booking.blocks import SessionForm
from fenji.apps.booking.models import Booking, Place, Pool, Session
from fenji.apps.booking.policies import Wanted
from fenji.apps.booking.reconciling import ListedPlace
from fenji.apps.common import rulebooks
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals.actions import direct
from fenji.apps.referrals.rules import day_of
from fenji.apps.residents.models import Resident
from tests.factories.world import World, make_places, make_world, resident_id
from tests.web.entrance import client_of, text, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def hand_over(world: World, at: datetime) -> None:
    """Two mornings of the county's cardiology, four places each, as its own system hands them over."""
    cardio, first = world.departments["yx-renmin.cardio"], timezone.localtime(at).replace(hour=8, minute=0)
    forms = [
        SessionForm(f"S{ahead}", cardio.pk, first + ahead * DAY, first + ahead * DAY + timedelta(hours=1), 15)
        for ahead in (1, 2)
    ]
    blocks.hand_over(world.county.pk, "B1", forms, by=world.office, at=at)


def test_the_board_counts_places_and_belongs_to_the_office(world: World, clock) -> None:
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=5)
    page = text_of(client_of(world, "office"), "/capacity/")
    assert "<strong>5</strong> / 5" in page
    assert "心血管内科" in page
    text_of(client_of(world, "office"), "/capacity/?from=never")
    for other in ("doctor", "physician", "patient"):
        text_of(client_of(world, other), "/capacity/", 404)


def test_the_board_says_how_old_the_hospitals_word_is_and_promises_nothing_when_it_is_stale(
    world: World, clock
) -> None:
    office = client_of(world, "office")
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=5)
    assert "号源由本平台排班" in text_of(office, "/capacity/")
    hand_over(world, clock.at)
    clock.advance(timedelta(minutes=12))
    page = text_of(office, "/capacity/")
    assert "最近一次消息：12 分钟前（交出号源）" in page and "<strong>4</strong> / 4" in page
    clock.advance(timedelta(hours=30))
    for view in ("week", "day"):
        page = text_of(client_of(world, "office"), f"/capacity/?view={view}&from={day_of(clock.at + DAY)}")
        assert "医院系统已 30 小时没有消息，空号数不可靠" in page
        assert "<strong>4</strong>" not in page


def test_the_board_of_a_day_and_the_slots_show_a_clinic_handed_over_with_what_can_be_done(world: World, clock) -> None:
    hand_over(world, clock.at)
    emergency = world.departments["yx-renmin.emergency"]
    other = make_places(emergency, clock.at, count=2, days_ahead=1)[0].session
    clinic = Session.objects.get(source_code="S1")
    day, office = day_of(clinic.starts_at), client_of(world, "office")
    for path in (f"/capacity/?view=day&from={day}", f"/office/slots/?department={clinic.department_id}&from={day}"):
        page = text_of(office, path)
        assert f"/office/slots/{clinic.pk}/close/" in page and "08:00–09:00" in page
    narrowed = text_of(office, f"/capacity/?view=day&from={day}&department={emergency.pk}")
    assert f"/office/slots/{other.pk}/close/" in narrowed and f"/office/slots/{clinic.pk}/close/" not in narrowed
    odd = text_of(office, f"/capacity/?view=day&from={day}&department=none")
    assert f"/office/slots/{other.pk}/close/" in odd and f"/office/slots/{clinic.pk}/close/" in odd


def test_every_difference_of_the_daily_comparison_is_read_in_words_with_what_to_do(world: World, clock) -> None:
    hand_over(world, clock.at)
    clinic, office = Session.objects.get(source_code="S1"), client_of(world, "office")
    day, by = day_of(clinic.starts_at), {"by": world.office, "at": clock.at}
    assert "还没有核对过" in text_of(office, "/capacity/compared/")
    mine = direct.book(resident_id(world), place_id=clinic.places.get(number=2).pk, by=world.patient, at=clock.at)
    rows = [ListedPlace("S1", number, is_booked=number == 3) for number in (1, 2, 3, 4)]
    reconciling.reconcile(world.county.pk, day, [*rows, ListedPlace("S9", 1, is_booked=False)], **by)
    page = text_of(office, "/capacity/compared/")
    for words in ("平台已约，医院记为空号", "医院记为已约，平台为空号", "医院有、平台没有的场次", "请医院登记这位病人"):
        assert words in page
    assert f"…{str(mine.pk)[-6:]}" in page and str(mine.pk) not in page
    assert "有 3 处不一致" in text_of(office, "/capacity/")
    reconciling.reconcile(world.county.pk, day, [], **by)
    page = text_of(office, "/capacity/compared/")
    assert "平台有、医院没有的场次" in page and "平台已约" not in page
    assert f"/office/slots/{clinic.pk}/close/" in page
    assert "还没有核对过" in text_of(client_of(world, "tcm_office"), "/capacity/compared/")
    text_of(client_of(world, "physician"), "/capacity/compared/", 404)


def test_a_clinic_is_not_stopped_without_a_reason_that_residents_may_read(world: World, clock) -> None:
    hand_over(world, clock.at)
    clinic, office = Session.objects.get(source_code="S1"), client_of(world, "office")
    path = f"/office/slots/{clinic.pk}/close/"
    for reason in ("", "联系 13800138000"):
        answer = office.post(path, {"reason": reason})
        assert answer.status_code == 422 and "请先改正以下内容" in text(answer)
        assert Session.objects.get(pk=clinic.pk).closed_at is None
    answer = office.post(path, {"reason": "医生外出会诊"})
    assert answer.status_code == 302 and f"from={day_of(clinic.starts_at)}" in answer.url
    assert Session.objects.get(pk=clinic.pk).closed_at == clock.at


def test_the_printed_list_says_which_numbers_wait_for_a_referral_and_which_clinic_is_stopped(
    world: World, clock
) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    kept = make_places(cardio, clock.at, count=1, days_ahead=12)[0]
    path = f"department={cardio.pk}&day={day_of(kept.starts_at)}"
    office = client_of(world, "office")
    assert "留给转诊" in text_of(office, f"/capacity/list/?{path}")
    assert "留给转诊" in text_of(office, f"/capacity/paper/?{path}")
    Place.objects.update(pool=Pool.PUBLIC)
    assert "留给转诊" not in text_of(office, f"/capacity/list/?{path}")
    sessions.close_session(kept.session_id, "医生外出会诊", by=world.office, at=clock.at)
    assert "已停诊，请勿登记" in text_of(office, f"/capacity/list/?{path}")
    assert "这一天没有空号" in text_of(office, f"/capacity/paper/?{path}")


def test_the_printed_list_names_who_is_booked_and_its_reading_is_recorded(world: World, clock) -> None:
    places = make_places(world.departments["yx-renmin.cardio"], clock.at, count=2, pool=Pool.PUBLIC)
    patient = client_of(world, "patient")
    department = places[0].department_id
    assert patient.post(f"/me/clinics/{department}/book/", {"place": str(places[0].pk)}).status_code == 302
    day = day_of(places[0].starts_at)
    page = text_of(client_of(world, "office"), f"/capacity/list/?department={department}&day={day}")
    assert page.count("陈小明") == 1
    # on paper "today" means nothing; who writes must know which number the entry will ask for
    assert "打印于 2026-03-04 10:00" in page and "健康卡号或身份证号" in page
    assert AuditEvent.objects.filter(verb="resident.list", details__printed=True).count() == 1
    text_of(client_of(world, "tcm_office"), f"/capacity/list/?department={department}&day={day}", 404)


def test_what_was_written_on_paper_is_entered_with_its_time(world: World, clock) -> None:
    places = make_places(world.departments["yx-renmin.cardio"], clock.at, count=2)
    card = "YJ000123456"
    Resident.objects.update(card_number=card)
    path = f"/capacity/paper/?department={places[0].department_id}&day={day_of(places[0].starts_at)}"
    clock.advance(timedelta(hours=2))
    office = client_of(world, "office")
    assert "补录" in text_of(office, path)
    written = timezone.localtime(clock.at - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    entry = {"place": str(places[1].pk), "who": "没有这个人", "written_at": written}
    assert office.post(path, entry).status_code == 422
    answer = office.post(path, {**entry, "who": card})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    booking = Booking.objects.get()
    assert (booking.place_id, booking.entered_at) == (places[1].pk, clock.at)
    assert "补录，纸上登记于 03-04 11:00" in text_of(office, path.replace("paper", "list"))


def test_a_resident_books_a_public_place_but_not_one_kept_for_referrals(world: World, clock) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    kept = make_places(cardio, clock.at, count=1, days_ahead=5)[0]
    public = make_places(cardio, clock.at, count=1, days_ahead=4, pool=Pool.PUBLIC)[0]
    patient = client_of(world, "patient")
    page = text_of(patient, "/me/clinics/?q=心血管")
    assert "阳西县人民医院" in page and page.count(" open>") == 2  # the county and the house
    assert text_of(patient, "/me/clinics/").count(" open>") == 1
    page = text_of(patient, f"/me/clinics/{cardio.pk}/")
    assert f'value="{public.pk}"' in page and f'value="{kept.pk}"' not in page
    assert patient.post(f"/me/clinics/{cardio.pk}/book/", {"place": str(kept.pk)}).status_code in {404, 409, 422}
    assert not Booking.objects.exists()
    assert patient.post(f"/me/clinics/{cardio.pk}/book/", {"place": str(public.pk)}).status_code == 302
    assert Booking.objects.get().place_id == public.pk
    assert "登记候补" in text_of(patient, f"/me/clinics/{cardio.pk}/")
    waiting.enter(resident_id(world), Wanted((cardio.pk,), clock.at, clock.at + DAY), by=world.patient, at=clock.at)
    page = text_of(patient, f"/me/clinics/{cardio.pk}/")
    assert "您已在这个科室候补" in page and f"/me/clinics/{cardio.pk}/wait/" not in page


def test_what_is_free_around_is_counted_for_who_refers(world: World, clock) -> None:
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=7)
    page = text_of(client_of(world, "doctor"), "/capacity/region/")
    assert "阳西县人民医院" in page and ">7<" in page
    text_of(client_of(world, "patient"), "/capacity/region/", 404)


def test_the_reserve_tells_its_share_how_it_was_sized_and_what_was_released(world: World, clock) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    office = client_of(world, "office")
    make_places(cardio, clock.at, count=10, days_ahead=2)
    page = text_of(office, "/capacity/reserve/")
    assert "各科还没有测算，用政策规定的初定比例" in page
    assert page.index("基层机构") < page.index("同一医联体") < page.index("所有人")
    clock.advance(timedelta(days=3))
    shares.size_shares(at=clock.at, rulebook=rulebooks.current())
    assert releases.note_releases(at=clock.at) > 0
    office = client_of(world, "office")
    page = text_of(office, "/capacity/reserve/")
    assert "转诊预约 0 / 放号 10" in page and "心血管内科" in page
    assert "开诊前 14 天起" in page and "基层机构" in page
    assert "近两周没有放开的预留号" not in page
    english = office.get("/capacity/reserve/", headers={"accept-language": "en"}).content.decode()
    assert "Residents with a contract" in english and "签约居民</" not in english
    assert "心血管内科" not in text_of(client_of(world, "tcm_office"), "/capacity/reserve/")
    for other in ("doctor", "physician", "patient"):
        text_of(client_of(world, other), "/capacity/reserve/", 404)
