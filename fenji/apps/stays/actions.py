"""Hold, reserve, confirm, move, cancel: each in one transaction, which may be the caller's (a referral's move).

`by` is the acting account or None for the clock; `at` the transaction's time, taken from `common.clock` after the
caller's locks. What has happened in a ward (admitted, moved, discharged) is not written here but told: see `movements`.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.common import audit
from fenji.apps.common.errors import Invalid
from fenji.apps.registry.models import Institution
from fenji.apps.stays import policies, queries, rules, standing
from fenji.apps.stays.claim import clear_lapsed, in_the_way, is_free, lock_any, lock_these, write
from fenji.apps.stays.errors import FeedStale, ResourceTaken
from fenji.apps.stays.models import Resource, Stay
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.apps.stays.refusal import refuse
from fenji.kernel.stays import ResourceKind, StayState


@transaction.atomic
def hold(
    wanted: Wanted | int, span: Span, *, person: Person, footing: Footing, by: User | None, at: datetime,
    resident_id: UUID | None = None, referral_id: UUID | None = None, until: datetime | None = None,
    requested_at: datetime | None = None,
) -> Stay:  # fmt: skip
    """Keep a resource for a span until `until` (the rulebook's time unless given): the one named, or any that fits.

    Raises ResourceTaken with others that are free, SpanPast, WardClosed, DoesNotFit, NotHandedOver, HandedOver,
    NotInUse, FeedStale, NotFound, Busy.
    """
    until = until or at + rules.hold_lasts(at)
    if until <= at:
        raise Invalid(fields={"until": _("占床的期限须晚于现在。")})
    stay = Stay(
        state=StayState.HELD, held_until=until, resident_id=resident_id, referral_id=referral_id,
        requested_at=requested_at or at,
    )  # fmt: skip
    return _take(stay, wanted, span, person, footing, by, at)


@transaction.atomic
def reserve(
    wanted: Wanted | int, span: Span, *, person: Person, footing: Footing, by: User | None, at: datetime,
    resident_id: UUID | None = None, referral_id: UUID | None = None, requested_at: datetime | None = None,
    bundle_id: UUID | None = None,
) -> Stay:  # fmt: skip
    """Reserve at once, without a hold before it. Raises as `hold` does."""
    stay = Stay(
        state=StayState.RESERVED, resident_id=resident_id, referral_id=referral_id, requested_at=requested_at or at,
        bundle_id=bundle_id,
    )  # fmt: skip
    return _take(stay, wanted, span, person, footing, by, at)


@transaction.atomic
def confirm(stay_id: UUID, *, by: User | None, at: datetime) -> Stay:
    """Turn a hold into a reservation. Confirming twice is harmless. Raises HoldLapsed, StayEnded, NotFound, Busy."""
    stay = _locked(stay_id, by, at)
    if stay.state == StayState.RESERVED:
        return stay
    policies.check_can_become(stay, StayState.RESERVED, at=at)
    stay.state, stay.held_until = StayState.RESERVED, None
    stay.save(update_fields=["state", "held_until"])
    return _note("stay.confirm", stay, by=by, at=at)


@transaction.atomic
def cancel(stay_id: UUID, reason: str, *, by: User | None, at: datetime) -> Stay:
    """Give it back. Cancelling twice is harmless. Raises HoldLapsed, StayEnded, NotFound."""
    stay = _locked(stay_id, by, at)
    if stay.state == StayState.CANCELLED:
        return stay
    policies.check_can_become(stay, StayState.CANCELLED, at=at)
    return _note("stay.cancel", end(stay, StayState.CANCELLED, reason, at=at), by=by, at=at, reason=reason)


@transaction.atomic
def finish(stay_id: UUID, *, by: User | None, at: datetime) -> Stay:
    """The appointment with a theatre, recovery place or machine is over; it is free from now on."""
    stay = _locked(stay_id, by, at)
    if stay.state == StayState.DONE:
        return stay
    policies.check_can_become(stay, StayState.DONE, at=at)
    stay.until_at = max(stay.from_at, min(stay.until_at, at))
    return _note("stay.finish", end(stay, StayState.DONE, "", at=at), by=by, at=at)


@transaction.atomic
def move_to(
    stay_id: UUID, wanted: Wanted | int, span: Span, *, person: Person, footing: Footing, by: User | None,
    at: datetime, reason: str,
) -> Stay:  # fmt: skip
    """Another bed or another time: the new one is taken before the old is given back; both or neither.

    Returns the new stay, held or reserved as the old one was. Raises as `hold` does; then the old one stands.
    """
    named = [wanted] if isinstance(wanted, int) else []
    old_resource = queries.stay_called(stay_id).resource_id
    lock_these([old_resource, *named])
    old = queries.stay_called(stay_id)
    standing.check_can_arrange(by, old.institution_id, referral_id=old.referral_id, at=at)
    policies.check_can_become(old, StayState.CANCELLED, at=at)
    new = Stay(
        state=old.state, held_until=old.held_until, resident_id=old.resident_id, referral_id=old.referral_id,
        requested_at=old.requested_at, bundle_id=old.bundle_id, diagnosis_code=old.diagnosis_code, replaces=old,
    )  # fmt: skip
    with transaction.atomic():
        end(old, StayState.CANCELLED, reason, at=at)  # its own span must not stand in the way of a longer one
        taken = _take(new, wanted, span, person, footing, by, at)
    return _note("stay.move", taken, by=by, at=at, reason=reason)


@transaction.atomic
def shift(stay_id: UUID, span: Span, *, by: User | None, at: datetime) -> bool:
    """The same resource over the span it is really needed; False, and all as it was, where that is another's.

    Raises HoldLapsed, StayEnded, NotFound.
    """
    stay = _locked(stay_id, by, at)
    policies.check_can_become(stay, StayState.DONE, at=at)
    if in_the_way(stay.resource_id, span, at=at, but=[stay.pk]):
        return False
    stay.from_at, stay.until_at = span.from_at, span.until_at
    _note("stay.shift", write(stay, at=at), by=by, at=at)
    return True


@transaction.atomic
def expire_holds(*, at: datetime, limit: int = 500) -> int:
    """Write down which holds ran out; returns how many. Only tidying: an overdue hold is nobody's already."""
    ids = sorted(set(queries.lapsed_holds(at=at).values_list("resource_id", flat=True)[:limit]))
    free = Resource.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True, skip_locked=True)
    return sum(clear_lapsed(row.pk, at=at) for row in free.order_by("pk"))


@transaction.atomic
def release_no_shows(*, at: datetime) -> int:
    """Give back beds reserved without a referral for somebody who did not come; returns how many.

    A referral's own clock sees to its own.
    """
    waited = at - rules.no_show_after(at)
    missed = Stay.objects.filter(
        state=StayState.RESERVED, kind=ResourceKind.BED, referral_id=None, bundle_id=None, from_at__lt=waited
    )
    numbers = list(missed.order_by("resource_id").values_list("pk", flat=True))
    for number in numbers:
        cancel(number, "未按时入院", by=None, at=at)
    return len(numbers)


def end(stay: Stay, state: StayState, reason: str, *, at: datetime) -> Stay:
    """Close a stay on a resource that is locked."""
    stay.state, stay.reason, stay.ended_at, stay.held_until = state, reason[:80], at, None
    stay.save(update_fields=["state", "reason", "ended_at", "held_until", "until_at"])
    return stay


def fill(stay: Stay, resource: Resource, span: Span, *, person: Person, by: User | None, at: datetime) -> Stay:
    """What a stay repeats of its resource, its span and its person."""
    stay.resource, stay.ward_id, stay.institution_id = resource, resource.ward_id, resource.institution_id
    stay.kind, stay.from_at, stay.until_at = resource.kind, span.from_at, span.until_at
    stay.sex, stay.needs_isolation, stay.made_by, stay.made_at = person.sex, person.needs_isolation, by, at
    return stay


def _take(
    stay: Stay, wanted: Wanted | int, span: Span, person: Person, footing: Footing, by: User | None, at: datetime
) -> Stay:
    span = policies.check_span(span, at=at)
    if isinstance(wanted, int):
        resource = lock_these([wanted])[wanted]
        standing.check_can_arrange(by, resource.institution_id, referral_id=stay.referral_id, at=at)
        refuse(resource, span, person, footing, at=at)
        if not is_free(resource.pk, span, at=at):
            raise ResourceTaken(queries.free_resources(span, person, footing, at=at, ward_ids=[resource.ward_id])[:3])
    else:
        found = lock_any(wanted, person, footing, at=at)
        if found is None:
            raise ResourceTaken(none_fits=True)
        resource = found
        standing.check_can_arrange(by, resource.institution_id, referral_id=stay.referral_id, at=at)
    if footing is Footing.PLATFORM and queries.is_stale(resource.institution_id, at=at):
        raise FeedStale
    fill(stay, resource, span, person=person, by=by, at=at)
    verb = "stay.hold" if stay.state == StayState.HELD else "stay.reserve"
    return _note(verb, write(stay, at=at), by=by, at=at)


def _locked(stay_id: UUID, by: User | None, at: datetime) -> Stay:
    """The stay as it is once its resource is locked, if `by` may act on it."""
    lock_these([queries.stay_called(stay_id).resource_id])
    stay = queries.stay_called(stay_id)
    standing.check_can_arrange(by, stay.institution_id, referral_id=stay.referral_id, at=at)
    return stay


def _note(verb: str, stay: Stay, *, by: User | None, at: datetime, reason: str = "") -> Stay:
    audit.record(
        verb, stay, by=by, at=at, resident_id=stay.resident_id, institution_id=stay.institution_id, reason=reason,
        details={"resource": stay.resource_id, "referral": str(stay.referral_id or "")},
    )  # fmt: skip
    return stay


def house_footing(institution: Institution | int, acting_for: int) -> Footing:
    """A house reserves its own; everybody else what was handed over."""
    own = institution if isinstance(institution, int) else institution.pk
    return Footing.HOUSE if own == acting_for else Footing.PLATFORM
