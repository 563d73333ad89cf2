"""Which period and which institutions a page is about, from its address; bad values fall back to the usual ones."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fenji.apps.indicators.scope import Scope, institutions_of
from fenji.apps.registry.snapshot import Snapshot, network
from fenji.web.days import day_named
from fenji.web.presenters.dates import date_words, local
from fenji.web.presenters.names import region_name

PERIODS: dict[str, Any] = {
    "7": gettext_lazy("近 7 天"),
    "28": gettext_lazy("近 4 周"),
    "90": gettext_lazy("近 90 天"),
    "month": gettext_lazy("本月"),
    "last_month": gettext_lazy("上月"),
}
USUAL = "28"
LONGEST = timedelta(days=731)
WEEKS = 8  # of the trend at least


@dataclass(frozen=True)
class Selection:
    """Days `[first, following)`; `county` is empty for the whole region of the reader."""

    period: str
    first: date
    following: date
    county: str
    region: str  # the reader's own: a county or the city
    at: datetime
    network: Snapshot

    @cached_property
    def scope(self) -> Scope:
        ids = institutions_of(self.county or self.region, self.network)
        return Scope(_midnight(self.first), _midnight(self.following), self.at, ids, self.network)

    @cached_property
    def trend(self) -> Scope:
        """The same in whole weeks back from the last day: eight, or all of a longer period."""
        last = min(self.last, local(self.at).date())
        first = min(_monday(last) - timedelta(weeks=WEEKS - 1), _monday(self.first))
        return replace(self.scope, start=_midnight(first))

    @property
    def last(self) -> date:
        return self.following - timedelta(days=1)

    @property
    def place(self) -> str:
        """The region in words."""
        return region_name(self.network, self.county or self.region)

    @property
    def words(self) -> str:
        """ "阳江市 · 11月1日至11月28日"."""
        days = {"first": date_words(self.first), "last": date_words(self.last)}
        return f"{self.place} · {_('%(first)s至%(last)s') % days}"

    @property
    def query(self) -> str:
        """For links to other pages about the same."""
        named = {"period": self.period} if self.period else {"from": str(self.first), "to": str(self.last)}
        return urlencode(named | ({"county": self.county} if self.county else {}))

    @property
    def period_options(self) -> list[tuple[str, str]]:
        own = [] if self.period else [("", _("自选"))]
        return own + [(code, str(words)) for code, words in PERIODS.items()]

    @property
    def county_options(self) -> list[tuple[str, str]]:
        """Counties to narrow to: none for who sees one county only."""
        regions = self.network.regions
        below = sorted({one.county for one in self.network.nodes.values()} - {self.region})
        return [(code, region_name(self.network, code)) for code in below] if regions[self.region][1] is None else []


def selection_from(query: QueryDict, *, region: str, at: datetime) -> Selection:
    """`region` is the reader's; a county outside it is not heard."""
    today = local(at).date()
    period = query.get("period", "")
    first, last = day_named(query.get("from", "")), day_named(query.get("to", ""))
    if period not in PERIODS and first and last and first <= last and last - first < LONGEST:
        days = ("", first, last + timedelta(days=1))
    else:
        code = period if period in PERIODS else USUAL
        days = (code, *_days(code, today))
    found = Selection(*days, "", region, at, network())
    asked = query.get("county", "")
    is_known = asked in {code for code, _words in found.county_options}
    return replace(found, county=asked) if is_known else found


def _days(period: str, today: date) -> tuple[date, date]:
    """First day and the day after the last; the present day belongs to a period that is under way."""
    month = today.replace(day=1)
    if period == "month":
        return month, today + timedelta(days=1)
    if period == "last_month":
        return (month - timedelta(days=1)).replace(day=1), month
    return today - timedelta(days=int(period) - 1), today + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
