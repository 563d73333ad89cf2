"""Dates as people say them, in the city's zone: "今天 09:20", "11月25日 周三 14:00"."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def local(moment: datetime) -> datetime:
    """An aware time in the city's zone."""
    return timezone.localtime(moment, timezone.get_default_timezone())


def time_words(moment: datetime) -> str:
    return local(moment).strftime("%H:%M")


def date_words(day: date, *, today: date | None = None) -> str:
    """ "11月25日", with the year when it is not this year's (or no `today` is given)."""
    if today is not None and day.year == today.year:
        return date_format(day, _("n月j日"))
    return date_format(day, _("Y年n月j日"))


def day_words(day: date, *, today: date) -> str:
    """ "今天", "明天", "昨天", else date and weekday."""
    near = {-1: _("昨天"), 0: _("今天"), 1: _("明天")}.get((day - today).days)
    if near is not None:
        return near
    return full_date_words(day, today=today)


def full_date_words(day: date, *, today: date | None = None) -> str:
    """ "11月25日 周三", and the year as in `date_words`."""
    return _("%(date)s %(weekday)s") % {"date": date_words(day, today=today), "weekday": weekday_words(day)}


def moment_words(moment: datetime, *, at: datetime) -> str:
    """Day and time of `moment`, said at the time `at`."""
    here, now = local(moment), local(at)
    return f"{day_words(here.date(), today=now.date())} {here:%H:%M}"


def weekday_words(day: date) -> str:
    return str(WEEKDAYS[day.weekday()])
