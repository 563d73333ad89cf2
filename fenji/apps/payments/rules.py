"""The numbers a bill is settled by, the level an institution is paid at, the catalogue of the day."""

from datetime import date

from django.db.models import Q

from fenji.apps.common import rulebooks
from fenji.apps.payments.models import Item
from fenji.apps.registry.models import Institution
from fenji.kernel.payment.codes import ItemKind, PayTier
from fenji.kernel.payment.lines import NO_CEILING, CatalogueItem
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.tiers import Kind, Level
from fenji.rulebook.payment import payment_policy

BELOW_HOSPITALS = (Kind.VILLAGE_STATION, Kind.COMMUNITY_STATION, Kind.CLINIC, Kind.DOCTOR_STUDIO, Kind.NURSING_STATION)


def policy_on(day: date) -> PaymentPolicy:
    """The payment policy in force on a day, of the rulebook in force now."""
    return payment_policy(rulebooks.current(), day)


def pay_tier(institution: Institution) -> PayTier:
    """By level of the hospital; what is not graded is paid as primary care."""
    if institution.kind in BELOW_HOSPITALS:
        return PayTier.VILLAGE
    return {Level.TERTIARY: PayTier.TERTIARY, Level.SECONDARY: PayTier.SECONDARY}.get(
        Level(institution.level), PayTier.COMMUNITY
    )


def items_on(codes: set[str], day: date) -> dict[str, CatalogueItem]:
    """The catalogue's entries of these codes on a day, in one query."""
    found = Item.objects.filter(Q(valid_until=None) | Q(valid_until__gt=day), code__in=codes, valid_from__lte=day)
    return {item.code: _as_kernel(item) for item in found}


def _as_kernel(item: Item) -> CatalogueItem:
    ceilings = tuple(int(item.ceilings.get(tier.name.lower(), NO_CEILING)) for tier in PayTier)
    return CatalogueItem(
        item.code, item.name, ItemKind[item.kind.upper()], item.item_class, item.own_share_permille,
        (ceilings[0], ceilings[1], ceilings[2], ceilings[3]),
    )  # fmt: skip
