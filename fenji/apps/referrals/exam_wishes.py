"""The examinations wished for with a referral: kept from draft to sending in the steps by which it was written.

Only the sending books their times (`actions.effects.examinations`); who says nothing of them leaves them be.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from fenji.apps.common.errors import Invalid
from fenji.apps.referrals.models import Referral

KEY = "examinations"  # in a form and in the details of a step: ids of examination items
MOST = 3


def clean_examinations(given: Mapping[str, Any]) -> tuple[int, ...] | None:
    """What a form says of examinations, each once; None for nothing. Raises Invalid."""
    asked = given.get(KEY)
    if asked is None:
        return None
    if not isinstance(asked, list | tuple) or not all(type(one) is int for one in asked):
        raise Invalid(fields={KEY: _("格式有误。")})
    if len(set(asked)) > MOST:
        raise Invalid(fields={KEY: _("随转诊最多约 %(most)d 项检查。") % {"most": MOST}})
    return tuple(dict.fromkeys(asked))


def examinations_of(referral: Referral) -> tuple[int, ...] | None:
    """What was said last; None where nothing ever was."""
    steps = referral.steps.filter(details__has_key=KEY).order_by("-version")
    found = steps.values_list("details", flat=True).first()
    return clean_examinations(found) if found else None
