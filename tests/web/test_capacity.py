"""Pages of capacity: the board, the printed list and what was written on it, what is free around, a public place."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fenji.apps.booking import releases, shares
from fenji.apps.booking.models import Booking, Pool
from fenji.apps.common import rulebooks
from fenji.apps.common.models import AuditEvent
from fenji.apps.referrals.rules import day_of
from fenji.apps.residents.models import Resident
from tests.factories.world import World, make_places, make_world
from tests.web.entrance import client_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None, clock, settings) -> World:
    settings.FENJI_REQUIRE_SECOND_FACTOR = False
    return make_world(clock.at)


def test_the_board_counts_places_and_belongs_to_the_office(world: World, clock) -> None:
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=5)
    page = text_of(client_of(world, "office"), "/capacity/")
    assert "<strong>5</strong> / 5" in page
    assert "心血管内科" in page
    text_of(client_of(world, "office"), "/capacity/?from=never")
    for other in ("doctor", "physician", "patient"):
        text_of(client_of(world, other), "/capacity/", 404)


def test_the_printed_list_names_who_is_booked_and_its_reading_is_recorded(world: World, clock) -> None:
    places = make_places(world.departments["yx-renmin.cardio"], clock.at, count=2, pool=Pool.PUBLIC)
    patient = client_of(world, "patient")
    department = places[0].department_id
    assert patient.post(f"/me/clinics/{department}/book/", {"place": str(places[0].pk)}).status_code == 302
    day = day_of(places[0].starts_at)
    page = text_of(client_of(world, "office"), f"/capacity/list/?department={department}&day={day}")
    assert page.count("陈小明") == 1
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


def test_a_resident_books_a_public_place_but_not_one_kept_for_referrals(world: World, clock) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    kept = make_places(cardio, clock.at, count=1, days_ahead=5)[0]
    public = make_places(cardio, clock.at, count=1, days_ahead=4, pool=Pool.PUBLIC)[0]
    patient = client_of(world, "patient")
    assert "阳西县人民医院" in text_of(patient, "/me/clinics/?q=心血管")
    page = text_of(patient, f"/me/clinics/{cardio.pk}/")
    assert f'value="{public.pk}"' in page and f'value="{kept.pk}"' not in page
    assert patient.post(f"/me/clinics/{cardio.pk}/book/", {"place": str(kept.pk)}).status_code in {404, 409, 422}
    assert not Booking.objects.exists()
    assert patient.post(f"/me/clinics/{cardio.pk}/book/", {"place": str(public.pk)}).status_code == 302
    assert Booking.objects.get().place_id == public.pk


def test_what_is_free_around_is_counted_for_who_refers(world: World, clock) -> None:
    make_places(world.departments["yx-renmin.cardio"], clock.at, count=7)
    page = text_of(client_of(world, "doctor"), "/capacity/region/")
    assert "阳西县人民医院" in page and ">7<" in page
    text_of(client_of(world, "patient"), "/capacity/region/", 404)


def test_the_reserve_tells_its_share_how_it_was_sized_and_what_was_released(world: World, clock) -> None:
    cardio = world.departments["yx-renmin.cardio"]
    office = client_of(world, "office")
    make_places(cardio, clock.at, count=10, days_ahead=2)
    assert "还没有测算，用政策规定的比例" in text_of(office, "/capacity/reserve/")
    clock.advance(timedelta(days=3))
    shares.size_shares(at=clock.at, rulebook=rulebooks.current())
    assert releases.note_releases(at=clock.at) > 0
    office = client_of(world, "office")
    page = text_of(office, "/capacity/reserve/")
    assert "转诊预约 0 / 放号 10" in page and "心血管内科" in page
    assert "开诊前 14 天起" in page and "基层机构" in page
    assert "近两周没有放开的预留号" not in page
    assert "心血管内科" not in text_of(client_of(world, "tcm_office"), "/capacity/reserve/")
    for other in ("doctor", "physician", "patient"):
        text_of(client_of(world, other), "/capacity/reserve/", 404)
