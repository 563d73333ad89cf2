"""Why a resource that was named cannot be had, said before looking whether it is free."""

from datetime import datetime, timedelta

from django.db.models import Q

from fenji.apps.stays import rules
from fenji.apps.stays.errors import HandedOver, NotHandedOver, NotInUse, WardClosed
from fenji.apps.stays.models import HandOver, Resource
from fenji.apps.stays.policies import Footing, Person, Span, check_fits


def refuse(resource: Resource, span: Span, person: Person, footing: Footing, *, at: datetime) -> None:
    """Raise what stands in the way besides other stays: NotInUse, WardClosed, DoesNotFit, NotHandedOver, HandedOver."""
    first, last = rules.day_of(span.from_at), rules.day_of(span.until_at - timedelta(seconds=1))
    if resource.used_from > first or (resource.used_until is not None and resource.used_until <= last):
        raise NotInUse
    ward = resource.ward
    is_shut = ward.closed_from is not None and ward.closed_from < span.until_at
    if is_shut and (ward.closed_until is None or ward.closed_until > span.from_at):
        raise WardClosed
    check_fits(resource, person)
    _check_footing(resource, span, footing)


def _check_footing(resource: Resource, span: Span, footing: Footing) -> None:
    standing = HandOver.objects.filter(resource=resource)
    if footing is Footing.PLATFORM:
        covers = Q(until_at=None) | Q(until_at__gte=span.until_at)
        if not standing.filter(covers, from_at__lte=span.from_at).exists():
            raise NotHandedOver
    elif standing.filter(Q(until_at=None) | Q(until_at__gt=span.from_at), from_at__lt=span.until_at).exists():
        raise HandedOver
