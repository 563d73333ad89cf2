"""A figure as a tile: number and unit as they are read, what it means, the list behind it, its course by weeks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from fenji.apps.indicators.definitions import Definition, Unit
from fenji.apps.indicators.figures import Figure, Figures
from fenji.web.presenters.numbers import count_words, permille_words

TILES = (
    "sent_up", "sent_down", "on_time", "to_answer", "to_appointment", "to_arrival", "no_show", "refused_share",
    "returned_with_plan",
)  # fmt: skip


@dataclass(frozen=True)
class Tile:
    name: str
    number: str
    unit: str
    base: str  # what a share or median rests on
    definition: str
    href: str
    spark: Sequence[float] = ()
    tone: str = ""


def tile(figure: Figure, query: str, *, weeks: Sequence[Figures] = (), tone: str = "") -> Tile:
    """`query` says which period and county the list behind it is about."""
    one = figure.definition
    course = [value for value in (week[one.code].value for week in weeks) if value is not None]
    return Tile(
        name=str(one.name),
        number=number_words(figure),
        unit=unit_words(one) if figure.value is not None else "",
        base=base_words(figure),
        definition=definition_words(one),
        href=f"{reverse('commission_list', args=[one.code])}?{query}",
        spark=course if len(course) > 1 else (),
        tone=tone,
    )


def tiles(found: Mapping[str, Figure], query: str, weeks: Mapping[date, Figures]) -> list[Tile]:
    return [tile(found[code], query, weeks=list(weeks.values())) for code in TILES]


def number_words(figure: Figure) -> str:
    """ "1,203", "92.5%", "6.4"; a dash where nothing was measured."""
    if figure.definition.unit is Unit.COUNT:
        return count_words(figure.count)
    if figure.definition.unit is Unit.SHARE:
        return permille_words(figure.permille)
    return "—" if figure.hours is None else f"{figure.hours:.1f}"


def unit_words(definition: Definition) -> str:
    if definition.unit is Unit.HOURS:
        return _("小时")
    return _("件") if definition.unit is Unit.COUNT else ""


def base_words(figure: Figure) -> str:
    """ "37／40 件", "中位数，40 件"; nothing for a count."""
    if figure.definition.unit is Unit.SHARE:
        return _("%(count)s／%(among)s 件") % {"count": figure.count, "among": figure.among}
    if figure.definition.unit is Unit.HOURS:
        return _("中位数，%(count)s 件") % {"count": figure.count}
    return ""


def definition_words(one: Definition) -> str:
    """Numerator, base and source in one paragraph."""
    base = _("，分母：%(base)s") % {"base": one.base} if str(one.base) else ""
    return _("%(meaning)s%(base)s。依据：%(source)s。") % {"meaning": one.meaning, "base": base, "source": one.source}
