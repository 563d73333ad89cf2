"""Numbers in words: counts, shares in permille, money in cents, distances."""

from django.utils.translation import gettext as _


def count_words(number: int) -> str:
    """ "26,000"; the same digits in both languages."""
    return f"{number:,}"


def permille_words(permille: int | None) -> str:
    """ "65.0%"; a share of nothing is a dash, not zero."""
    return "—" if permille is None else f"{permille / 10:.1f}%"


def money_words(cents: int) -> str:
    """ "¥1,203.50" from integer cents; never passes through a float."""
    sign = "-" if cents < 0 else ""
    yuan, rest = divmod(abs(cents), 100)
    return f"{sign}¥{yuan:,}.{rest:02d}"


def distance_words(metres: int | None) -> str:
    if metres is None:
        return _("距离未知")
    if metres < 1000:
        return _("%(count)d 米") % {"count": metres}
    return _("%(count).1f 公里") % {"count": metres / 1000}
