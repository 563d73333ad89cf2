"""Who is told by which way, once; what is shown as read, called, not delivered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from fenji.apps.common import clock as fenji_clock
from fenji.apps.common.errors import NotFound
from fenji.apps.notices import delivery, queries, tasks
from fenji.apps.notices.actions import Addressee, Brief, Channel, mark_called, mark_read, notify
from fenji.apps.notices.errors import AlreadyCalled, DeliveryFailed
from fenji.apps.notices.models import Attempt, Notice
from tests.apps.notices.people import MOBILE, gateway, user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
CAUSE = ("referral", "7f3c")
OK, BROKEN, REFUSED = (200, '{"code": 0}'), (503, "{}"), (200, '{"code": "blacklisted"}')


@pytest.fixture(autouse=True)
def _outside(settings: Any, tmp_path: Path, clock: fenji_clock.Frozen) -> None:
    settings.DEMONSTRATION, settings.OUTBOX = True, tmp_path / "outbox"
    settings.SMS_URL = settings.WECOM_CORP_ID = ""


def tell(*to: Addressee, kind: str = "referral.accept", key: str = "k", text: str = "转诊 1 已接收") -> list[Notice]:
    return notify(kind, cause=CAUSE, to=to, text=text, at=NOW, once_key=key, brief=Brief("YJ1", "市人民医院"))


def ways(made: list[Notice]) -> list[str]:
    return [notice.channel for notice in made]


def jobs() -> list[int]:
    return [job.args["notice_id"] for job in ProcrastinateJob.objects.filter(task_name="notices.deliver")]


def test_staff_find_it_on_the_desk_and_in_wecom() -> None:
    made = tell(Addressee(user_id=user().pk))
    assert ways(made) == ["desk", "wecom"]
    assert [notice.state for notice in made] == ["sent", "waiting"]
    assert jobs() == [made[1].pk]


def test_without_wecom_staff_have_the_desk(settings: Any) -> None:
    settings.DEMONSTRATION = False
    assert ways(tell(Addressee(user_id=user().pk))) == ["desk"]


def test_an_inbox_has_the_desk_alone() -> None:
    made = tell(Addressee(institution_id=3, department_id=7))
    assert ways(made) == ["desk"]
    assert jobs() == []


def test_a_resident_with_a_mobile_gets_page_and_sms_and_the_sms_says_little() -> None:
    who = uuid4()
    page, sms = tell(Addressee(resident_id=who, phone=MOBILE), text="心内科诊断：冠心病，请于明天就诊")
    assert (page.channel, sms.channel) == ("desk", "sms")
    assert page.text == "心内科诊断：冠心病，请于明天就诊"
    assert "冠心病" not in sms.text
    assert "YJ1" in sms.text
    assert page.address_sealed is None


@pytest.mark.parametrize("phone", ["", "06623345678"])
def test_a_resident_without_a_mobile_is_called_by_the_institution(phone: str) -> None:
    who = uuid4()
    page, call = tell(Addressee(resident_id=who, institution_id=3, phone=phone))
    assert (page.channel, call.channel) == ("desk", "call")
    assert list(queries.call_list([(3, None)])) == [call]
    assert list(queries.call_list([(4, None)])) == []


def test_a_duty_phone_is_on_the_call_list_and_a_mobile_one_gets_an_sms_too() -> None:
    made = tell(Addressee(institution_id=3, department_id=7, channel=Channel.CALL, phone=MOBILE))
    assert ways(made) == ["call", "sms"]
    landline = Addressee(institution_id=3, department_id=8, channel=Channel.CALL, phone="06623345678")
    assert ways(tell(landline)) == ["call"]
    assert [notice.department_id for notice in queries.call_list([(3, 7)])] == [7]


def test_where_sms_is_not_configured_a_person_calls(settings: Any) -> None:
    settings.DEMONSTRATION = False
    assert ways(tell(Addressee(resident_id=uuid4(), institution_id=3, phone=MOBILE))) == ["desk", "call"]


def test_the_number_is_sealed_and_stands_nowhere_in_the_clear() -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), phone=MOBILE))
    assert delivery.address_of(sms) == MOBILE
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(to_jsonb(n)::text, '') FROM notices_notice n")
        rows = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(to_jsonb(j)::text, '') FROM procrastinate_jobs j")
        assert MOBILE not in rows + cursor.fetchone()[0]
    assert MOBILE not in repr(Addressee(phone=MOBILE))


def test_a_number_sealed_for_one_notice_does_not_open_for_another() -> None:
    _, one = tell(Addressee(resident_id=uuid4(), phone=MOBILE), key="one")
    _, two = tell(Addressee(resident_id=uuid4(), phone=MOBILE), key="two")
    two.address_sealed = one.address_sealed
    with pytest.raises(DeliveryFailed):
        delivery.address_of(two)


def test_telling_twice_under_one_key_tells_once() -> None:
    to = Addressee(resident_id=uuid4(), phone=MOBILE)
    assert len(tell(to)) == 2
    assert tell(to) == []
    assert (Notice.objects.count(), len(jobs())) == (2, 1)


def test_one_person_named_twice_is_told_once_and_many_are_told_each() -> None:
    one, two = Addressee(institution_id=3), Addressee(institution_id=4)
    assert len(tell(one, two, one)) == 2


def test_long_keys_stay_apart() -> None:
    key = "referral:" + "x" * 110
    assert len(tell(Addressee(institution_id=3), Addressee(institution_id=31), key=key)) == 2
    assert tell(Addressee(institution_id=3), key=key) == []


def test_a_text_with_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="must not"):
        tell(Addressee(institution_id=3), text=f"请打{MOBILE}")


def test_what_is_rolled_back_is_neither_told_nor_sent() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell(Addressee(resident_id=uuid4(), phone=MOBILE))
        raise RuntimeError
    assert (Notice.objects.count(), jobs()) == (0, [])


# --- desks


def test_an_inbox_shows_own_department_and_institution_wide_notices() -> None:
    me, other = user(), user()
    mine = [
        tell(Addressee(user_id=me.pk), key="a")[0],
        tell(Addressee(institution_id=3, department_id=7), key="b")[0],
        tell(Addressee(institution_id=3), key="c")[0],
    ]
    tell(Addressee(user_id=other.pk), key="d")
    tell(Addressee(institution_id=3, department_id=8), key="e")
    tell(Addressee(institution_id=4), key="f")
    tell(Addressee(resident_id=uuid4(), institution_id=3), key="g")
    assert sorted(n.pk for n in queries.inbox(me.pk, [(3, 7)])) == sorted(n.pk for n in mine)
    assert queries.unread_count(me.pk, [(3, 7)]) == 3
    assert queries.unread_count(me.pk, []) == 1


def test_reading_counts_for_everyone_who_shares_the_inbox_and_for_nobody_else() -> None:
    me, colleague, stranger = user(), user(), user()
    (shared,) = tell(Addressee(institution_id=3, department_id=7))
    assert mark_read([shared.pk], posts=[(4, 9)], by=stranger, at=NOW) == 0
    assert mark_read([shared.pk], posts=[(3, 7)], by=me, at=NOW) == 1
    assert mark_read([shared.pk], posts=[(3, 7)], by=colleague, at=NOW) == 0
    assert queries.unread_count(colleague.pk, [(3, 7)]) == 0
    shared.refresh_from_db()
    assert (shared.state, shared.read_by, shared.read_at) == ("read", me, NOW)


def test_a_resident_reads_what_was_said_under_any_of_their_ids() -> None:
    one, two = uuid4(), uuid4()
    first, _ = tell(Addressee(resident_id=one, institution_id=3), key="a")
    second, _ = tell(Addressee(resident_id=two, institution_id=3), key="b")
    assert list(queries.notices_of([one, two])) == [second, first]


def test_a_call_stays_on_the_list_until_somebody_was_reached() -> None:
    by = user()
    _, call = tell(Addressee(resident_id=uuid4(), institution_id=3))
    mark_called(call.pk, reached=False, note="无人接听", by=by, at=NOW)
    (listed,) = queries.call_list([(3, None)])
    assert [attempt.detail for attempt in listed.attempts.all()] == ["无人接听"]
    mark_called(call.pk, reached=True, by=by, at=NOW)
    assert list(queries.call_list([(3, None)])) == []
    with pytest.raises(AlreadyCalled):
        mark_called(call.pk, reached=True, by=by, at=NOW)
    with pytest.raises(NotFound):
        mark_called(-1, reached=True, by=by, at=NOW)


# --- delivery


def test_delivery_writes_down_what_arrived(settings: Any) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), phone=MOBILE))
    with gateway(OK) as server:
        settings.SMS_URL, settings.SMS_KEY = server.url, "k"
        assert delivery.deliver(sms.pk)
        assert delivery.deliver(sms.pk)  # the job ran twice
    assert len(server.got) == 1
    sms.refresh_from_db()
    assert (sms.state, sms.sent_at) == ("sent", NOW)
    assert [(a.adapter, a.succeeded) for a in sms.attempts.all()] == [("sms", True)]


def test_a_failure_is_written_down_and_tried_again_until_it_is_enough(settings: Any) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), institution_id=3, phone=MOBILE))
    with gateway(BROKEN) as server:
        settings.SMS_URL = server.url
        for _ in range(delivery.MOST_ATTEMPTS - 1):
            with pytest.raises(DeliveryFailed):
                delivery.deliver(sms.pk)
            sms.refresh_from_db()
            assert sms.state == "waiting"
        assert not delivery.deliver(sms.pk)
    sms.refresh_from_db()
    assert sms.state == "failed"
    assert Attempt.objects.filter(notice=sms, detail="127.0.0.1: HTTP 503").count() == delivery.MOST_ATTEMPTS


def test_what_an_sms_could_not_tell_a_person_tells_with_the_number(settings: Any) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), institution_id=3, phone=MOBILE))
    with gateway(REFUSED) as server:
        settings.SMS_URL = server.url
        assert not delivery.deliver(sms.pk)
    (call,) = queries.call_list([(3, None)])
    assert (call.resident_id, delivery.address_of(call)) == (sms.resident_id, MOBILE)
    late = queries.undelivered(at=NOW + timedelta(hours=1), institution_ids=[3])
    assert sorted(notice.pk for notice in late) == sorted([sms.pk, call.pk])


def test_what_waits_too_long_is_shown_as_undelivered_and_arrived_is_not(settings: Any) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), phone=MOBILE))
    assert list(queries.undelivered(at=NOW + timedelta(minutes=10))) == []
    assert list(queries.undelivered(at=NOW + timedelta(minutes=20))) == [sms]
    assert delivery.deliver(sms.pk)
    assert list(queries.undelivered(at=NOW + timedelta(minutes=20))) == []


def test_a_channel_taken_away_fails_at_once(settings: Any) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), institution_id=3, phone=MOBILE))
    settings.DEMONSTRATION = False
    assert not delivery.deliver(sms.pk)
    assert queries.call_list([(3, None)]).count() == 1


def test_wecom_goes_to_the_username(settings: Any) -> None:
    me = user()
    _, message = tell(Addressee(user_id=me.pk))
    assert delivery.address_of(message) == me.username
    assert delivery.deliver(message.pk)
    assert me.username in (settings.OUTBOX / "wecom.jsonl").read_text()


def test_notices_whose_job_was_lost_are_taken_up_again(clock: fenji_clock.Frozen) -> None:
    _, sms = tell(Addressee(resident_id=uuid4(), phone=MOBILE))
    ProcrastinateJob.objects.filter(pk__gt=0)._raw_delete("default")
    assert tasks.take_up(0) == 0
    clock.advance(timedelta(hours=4))
    assert tasks.take_up(0) == 1
    assert jobs() == [sms.pk]


def test_everything_a_cause_made_is_listed_in_order() -> None:
    first = tell(Addressee(institution_id=3), key="a")
    second = tell(Addressee(institution_id=4), key="b")
    assert list(queries.about(CAUSE)) == [*first, *second]
