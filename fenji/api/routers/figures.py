"""What the city publishes of its referrals: per institution and whole month, small numbers hidden."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from fenji.api.callers import caller_of
from fenji.api.shapes import figures as shapes
from fenji.api.shapes.common import answers
from fenji.apps.common.errors import Invalid, NotFound
from fenji.apps.indicators.publication import decision, last_full_month, published_rows

router = Router(tags=["figures"])
KEPT_FOR = 24  # months one may look back
FIRST_MONTH, LAST_MONTH = 1, 12


@router.get("/figures/published", response=answers(200, shapes.PublishedShown), summary="Published referral figures")
def published(
    request: HttpRequest, month: Annotated[str, Query(max_length=7, pattern=r"^([0-9]{4}-[0-9]{2})?$")] = ""
) -> shapes.PublishedShown:
    """Of the last whole month, or of `month` ("2026-10") up to two years back; 404 where the city does not publish."""
    at = caller_of(request).at
    decided = decision(timezone.localdate(at))
    if not decided.publishes:
        raise NotFound
    chosen = _month(month, last_full_month(at))
    return shapes.published_shown(chosen, published_rows(chosen, at), decided.clause, at)


def _month(text: str, last: date) -> date:
    if not text:
        return last
    year, number = int(text[:4]), int(text[5:])
    months = (last.year - year) * LAST_MONTH + last.month - number
    if not (FIRST_MONTH <= number <= LAST_MONTH and 0 <= months <= KEPT_FOR):
        raise Invalid(fields={"month": _("应为已结束的月份，最早两年以前，如 2026-10。")})
    return date(year, number, 1)
