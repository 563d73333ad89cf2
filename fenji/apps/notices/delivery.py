"""One try to carry a notice out, written down whatever happens. Outside any transaction: the other side may be slow."""

from datetime import datetime

from django.db import transaction

from fenji.apps.common import clock, sealing
from fenji.apps.notices.actions import Channel, address_context
from fenji.apps.notices.adapters import adapter_for
from fenji.apps.notices.errors import DeliveryFailed
from fenji.apps.notices.models import Attempt, Notice

MOST_ATTEMPTS = 6


def deliver(notice_id: int) -> bool:
    """Try once; True when it arrived, also when it had before. Raises DeliveryFailed when another try may help.

    The last try that fails makes the notice failed, and a resident's SMS an entry of the call list.
    """
    notice = Notice.objects.select_related("user").get(pk=notice_id)
    if notice.state != Notice.State.WAITING:
        return notice.state != Notice.State.FAILED
    adapter = adapter_for(notice.channel)
    name = adapter.name if adapter else notice.channel
    try:
        if adapter is None:
            raise DeliveryFailed("这条通道没有配置", is_final=True)
        adapter.send(address=address_of(notice), text=notice.text, key=notice.once_key)
    except DeliveryFailed as error:
        if _note_failure(notice, name, error, at=clock.now()):
            return False
        raise
    _note_arrival(notice, name, at=clock.now())
    return True


def address_of(notice: Notice) -> str:
    """Where it goes: the member's id for 企业微信, else the sealed number. Raises DeliveryFailed when there is none."""
    if notice.channel == Channel.WECOM and notice.user is not None:
        return notice.user.username
    if notice.address_sealed is None:
        raise DeliveryFailed("没有号码", is_final=True)
    try:
        return sealing.unseal(notice.address_sealed, context=address_context(notice.once_key))
    except ValueError:
        raise DeliveryFailed("号码解不开：封存的密钥不在配置中", is_final=True) from None


@transaction.atomic
def _note_arrival(notice: Notice, adapter: str, *, at: datetime) -> None:
    Attempt.objects.create(notice=notice, at=at, adapter=adapter, succeeded=True)
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.SENT, sent_at=at)


@transaction.atomic
def _note_failure(notice: Notice, adapter: str, error: DeliveryFailed, *, at: datetime) -> bool:
    """Whether it has failed for good."""
    Attempt.objects.create(notice=notice, at=at, adapter=adapter, succeeded=False, detail=error.detail[:200])
    if not error.is_final and notice.attempts.count() < MOST_ATTEMPTS:
        return False
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED)
    if notice.channel == Channel.SMS:
        _ask_for_call(notice, at=at)
    return True


def _ask_for_call(notice: Notice, *, at: datetime) -> None:
    """What an SMS could not tell, a person tells. The number is sealed anew, bound to the new row."""
    key = f"call:{notice.pk}"
    already = notice.once_key.removesuffix(":sms") + ":call"
    if Notice.objects.filter(once_key=already).exists():
        return  # a duty phone is on the list anyway
    try:
        sealed = sealing.seal(address_of(notice), context=address_context(key))
    except DeliveryFailed:
        sealed = None
    call = Notice(
        kind=notice.kind, cause_kind=notice.cause_kind, cause_id=notice.cause_id, once_key=key, channel=Channel.CALL,
        institution_id=notice.institution_id, department_id=notice.department_id, resident_id=notice.resident_id,
        user=notice.user, text=notice.text, address_sealed=sealed, made_at=at,
    )  # fmt: skip
    Notice.objects.bulk_create([call], ignore_conflicts=True)
