"""A promised bed was taken by something that happened: another one of the ward, or the house is told to find one."""

from datetime import datetime

from fenji.apps.notices.actions import Addressee, notify
from fenji.apps.stays.claim import lock_any, write
from fenji.apps.stays.errors import ResourceTaken
from fenji.apps.stays.handing_over import handed_over_at
from fenji.apps.stays.models import Difference, Resource, Stay
from fenji.apps.stays.policies import Footing, Person, Span, Wanted
from fenji.kernel.stays import ResourceKind, StayState


def find_another(stay: Stay, *, at: datetime) -> Stay | None:
    """Move a held or reserved stay, on a locked resource, to another of its ward, else of its department.

    None when there is none: the stay is cancelled, listed as a difference, and its department and office are told.
    """
    span = Span(max(stay.from_at, at), stay.until_at)
    stay.state, reason, was = StayState.CANCELLED, "床位被占用", stay.state
    Stay.objects.filter(pk=stay.pk).update(state=stay.state, reason=reason, ended_at=at, held_until=None)
    new = _another(stay, span, at) if span.from_at < span.until_at else None
    if new is None:
        _list(stay, at)
        return None
    resource, until = new, stay.held_until if was == StayState.HELD else None
    moved = Stay(
        resource=resource, ward_id=resource.ward_id, institution_id=stay.institution_id, kind=stay.kind, state=was,
        from_at=span.from_at, until_at=span.until_at, held_until=until, resident_id=stay.resident_id, sex=stay.sex,
        needs_isolation=stay.needs_isolation, referral_id=stay.referral_id, bundle_id=stay.bundle_id,
        requested_at=stay.requested_at, diagnosis_code=stay.diagnosis_code, made_by_id=stay.made_by_id, made_at=at,
        replaces=stay,
    )  # fmt: skip
    try:
        return write(moved, at=at)
    except ResourceTaken:
        _list(stay, at)
        return None


def _another(stay: Stay, span: Span, at: datetime) -> Resource | None:
    wanted = Wanted(span, ResourceKind(stay.kind), (stay.ward_id,), (stay.resource.department_id,), (stay.resource_id,))
    person = Person(stay.sex, stay.needs_isolation)
    is_platforms = bool(handed_over_at([stay.resource_id], stay.from_at))
    footings = (Footing.PLATFORM, Footing.HOUSE) if is_platforms else (Footing.HOUSE,)
    return next((found for footing in footings if (found := lock_any(wanted, person, footing, at=at))), None)


def _list(stay: Stay, at: datetime) -> None:
    Difference.objects.create(
        institution_id=stay.institution_id, kind=Difference.Kind.DISPLACED, bed_code=stay.resource.code, stay=stay,
        ours=f"{stay.from_at:%Y-%m-%d %H:%M}", at=at,
    )  # fmt: skip
    notify(
        "stay.displaced", cause=("stay", str(stay.pk)),
        to=[Addressee(institution_id=stay.institution_id, department_id=stay.resource.department_id)],
        text=f"已预留的 {stay.resource.name} 床被占用，本病区没有合适的空床，请为病人另行安排。",
        at=at, once_key=f"stay:{stay.pk}:displaced",
    )  # fmt: skip
