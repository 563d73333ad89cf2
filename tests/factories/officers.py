"""Officers of the city who may change its policy: one of the insurer, one of the commission."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common.policy_changes import Draft, Officer
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Tier


def officer(name: str, role: Role = Role.INSURER, tier: Tier = Tier.CITY) -> Officer:
    return Officer(User.objects.create_user(name, "correct-horse-7", name=name), role, tier, 1)


def weeks_ahead(at: Any, **changed: Any) -> Draft:
    """Places are made eight weeks ahead from the day after tomorrow on."""
    begins: date = timezone.localtime(at).date() + timedelta(days=2)
    said = {
        "key": "booking.weeks_ahead", "value": 8, "valid_from": begins, "valid_until": None,
        "ground": "阳卫〔2026〕7 号", "clause": "第三条", "status": Basis.STATED, "why": "四周不够远。",
    }  # fmt: skip
    return Draft(**{**said, **changed})
