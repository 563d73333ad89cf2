"""The same call made twice: one effect, one answer; another body or a rolled-back first try are told apart."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from fenji.apps.common import idempotency
from fenji.apps.common.clock import Frozen
from fenji.apps.common.errors import Busy, KeyReused
from fenji.apps.common.idempotency import KEPT_FOR, answer_once, forget_old_keys
from fenji.apps.common.models import AuditEvent, IdempotencyKey

THREADS = 20


def effect() -> tuple[int, Any]:
    """Something that can be counted; the answer names the row it made."""
    event = AuditEvent.objects.create(
        at="2026-01-01T00:00:00Z", actor_name="x", verb="effect", subject_kind="x", subject_id="x"
    )
    return 201, {"id": event.pk, "text": "已接收"}


def effects() -> int:
    return AuditEvent.objects.filter(verb="effect").count()


def at_once(call: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    start = Barrier(threads)

    def run(number: int) -> Any:
        try:
            start.wait()
            return call(number)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("key", [f"round-{number}" for number in range(5)])
def test_twenty_threads_with_one_key_make_one_effect_and_get_one_answer(key: str) -> None:
    answers = at_once(lambda _: answer_once(key, actor_id=1, request={"a": 1}, perform=effect))
    assert effects() == 1
    assert len({str(answer) for answer in answers}) == 1
    assert answers[0][0] == 201


@pytest.mark.django_db(transaction=True)
def test_without_the_unique_key_they_would_make_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: look first, insert afterwards."""

    def careless(key: str, actor_id: int, asked: str) -> bool:
        found = IdempotencyKey.objects.filter(key=key, actor_id=actor_id).exists()
        meeting.wait(5)
        return not found

    meeting = Barrier(4)
    monkeypatch.setattr(idempotency, "_insert", careless)
    at_once(lambda _: answer_once("k", actor_id=1, request={}, perform=effect), threads=4)
    assert effects() == 4


@pytest.mark.django_db(transaction=True)
def test_a_second_call_waits_for_the_first_and_does_the_work_if_that_fails() -> None:
    """The first to come rolls back; of the others exactly one performs."""
    tries: list[int] = []

    def perform() -> tuple[int, Any]:
        tries.append(1)
        if len(tries) == 1:
            raise Busy
        return effect()

    answers = at_once(lambda _: answer_once("k", actor_id=1, request={}, perform=perform), threads=8)
    assert sum(isinstance(answer, Busy) for answer in answers) == 1
    assert effects() == 1
    assert len({str(answer) for answer in answers if not isinstance(answer, Busy)}) == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused() -> None:
    answer_once("k", actor_id=1, request={"a": 1}, perform=effect)
    with pytest.raises(KeyReused):
        answer_once("k", actor_id=1, request={"a": 2}, perform=effect)
    assert effects() == 1


@pytest.mark.django_db
def test_the_order_of_fields_makes_no_other_request() -> None:
    first = answer_once("k", actor_id=1, request={"a": 1, "b": 2}, perform=effect)
    assert answer_once("k", actor_id=1, request={"b": 2, "a": 1}, perform=effect) == first


@pytest.mark.django_db
def test_keys_of_two_people_do_not_meet() -> None:
    answer_once("k", actor_id=1, request={}, perform=effect)
    answer_once("k", actor_id=2, request={"other": True}, perform=effect)
    assert effects() == 2


@pytest.mark.django_db
def test_without_a_key_every_call_counts() -> None:
    for _ in range(2):
        answer_once("", actor_id=1, request={}, perform=effect)
    assert effects() == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_failure_leaves_neither_key_nor_effect() -> None:
    def fails() -> tuple[int, Any]:
        effect()
        raise Busy

    with pytest.raises(Busy):
        answer_once("k", actor_id=1, request={}, perform=fails)
    assert (effects(), IdempotencyKey.objects.count()) == (0, 0)
    assert answer_once("k", actor_id=1, request={}, perform=effect)[0] == 201


@pytest.mark.django_db
def test_a_rollback_around_it_leaves_no_key() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        answer_once("k", actor_id=1, request={}, perform=effect)
        raise ZeroDivisionError
    assert (effects(), IdempotencyKey.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_stored_answer_holds_no_id_or_phone_number() -> None:
    body = {"note": "身份证 44170219900101123X 电话 13800138000", "list": ["13900139000"]}
    status, text = answer_once("k", actor_id=1, request=body, perform=lambda: (200, body))
    assert (status, json.loads(text)) == (200, body)
    stored = str(IdempotencyKey.objects.values().get())
    for number in ("44170219900101123X", "13800138000", "13900139000"):
        assert number not in stored


@pytest.mark.django_db
def test_keys_are_kept_two_days(clock: Frozen) -> None:
    answer_once("old", actor_id=1, request={}, perform=effect)
    clock.advance(KEPT_FOR - timedelta(seconds=1))
    assert forget_old_keys() == 0
    clock.advance(timedelta(seconds=2))
    answer_once("new", actor_id=1, request={}, perform=effect)
    assert forget_old_keys() == 1
    assert IdempotencyKey.objects.get().key == "new"
    assert timedelta(hours=24) <= KEPT_FOR


@pytest.mark.django_db
def test_a_key_that_is_too_long_or_has_no_letters_is_bad_input() -> None:
    from fenji.apps.common.errors import Invalid

    for key in ("x" * 81, "nul\x00byte"):
        with pytest.raises(Invalid):
            answer_once(key, actor_id=1, request={}, perform=effect)
    assert effects() == 0
