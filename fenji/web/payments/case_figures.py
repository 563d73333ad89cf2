"""The figures a rule went by when it opened a case, in words."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fenji.apps.payments.models import Case
from fenji.web.presenters.numbers import money_words


def _days(number: int) -> str:
    return _t("%(n)s 天") % {"n": number}


def _weight(permille: int) -> str:
    return f"{permille / 1000:.2f}"


FIGURES: dict[str, tuple[Promise, Callable[[int], str]]] = {
    "days": (_("两次相隔"), _days),
    "within": (_("规定须说明的期限"), _days),
    "self": (_("个人支付"), money_words),
    "cents": (_("超限价金额"), money_words),
    "drugs": (_("药品费用"), money_words),
    "total": (_("总费用"), money_words),
    "expected": (_("按诊断权重应有的费用"), money_words),
    "weight": (_("诊断组权重（1 为平均）"), _weight),
    "before": (_("此前三个月平均权重"), _weight),
    "now": (_("上月平均权重"), _weight),
    "stays": (_("上月住院例数"), str),
}


def figures_of(case: Case) -> list[tuple[str, str]]:
    """Name and value of each figure, in the order of the table above."""
    return [(str(name), words(case.details[code])) for code, (name, words) in FIGURES.items() if code in case.details]
