"""The estimate's form: for whom, where, as what; items of the catalogue with quantity and price, or sums by class."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.estimating import Anybody, Basket
from fenji.apps.payments.models import Item
from fenji.apps.registry.models import Institution
from fenji.kernel.payment.codes import Group, ItemKind, PayTier, ReferralState, Scheme, Setting
from fenji.kernel.payment.lines import Line
from fenji.web.payments.words import GROUPS, SCHEMES, SETTINGS, STATES

SUMS = {
    "a_cents": _("甲类"),
    "b_drug_cents": _("乙类药品"),
    "b_service_cents": _("乙类诊疗项目"),
    "b_material_cents": _("乙类医用耗材"),
    "c_cents": _("丙类（自费）"),
}
MOST_ITEMS, MOST_YUAN, MOST_QUANTITY = 30, Decimal(10**7), Decimal(10_000)


class EstimateForm(forms.Form):
    """`anybody` asks who it is for; of a resident that is known."""

    scheme = forms.TypedChoiceField(label=_("险种"), coerce=int, choices=[(int(k), v) for k, v in SCHEMES.items()])
    group = forms.TypedChoiceField(label=_("人员类别"), coerce=int, choices=[(int(k), v) for k, v in GROUPS.items()])
    state = forms.ChoiceField(
        label=_("怎么来的"), required=False,
        choices=[("", _("没有转诊单")), *((str(int(code)), STATES[code]) for code in (
            ReferralState.REFERRED, ReferralState.EMERGENCY, ReferralState.EXEMPT, ReferralState.OUT_OF_REGION))],
    )  # fmt: skip
    contract = forms.BooleanField(label=_("已与该机构或其医联体的家庭医生签约"), required=False)
    setting = forms.ChoiceField(label=_("待遇类别"), choices=list(SETTINGS.items()))
    institution = forms.ChoiceField(label=_("机构"))

    def __init__(
        self, data: QueryDict, houses: Sequence[tuple[str, str]], *, anybody: bool, is_asked: bool
    ) -> None:  # while items are looked for, what was typed is kept and not yet judged
        super().__init__(data if is_asked else None, initial=data.dict())
        self.fields["institution"].choices = [("", _("请选择")), *houses]  # type: ignore[attr-defined]
        if not anybody:
            for name in ("scheme", "group", "state", "contract"):
                del self.fields[name]
        for name, words in SUMS.items():
            self.fields[name] = forms.DecimalField(
                label=words, required=False, min_value=0, max_value=MOST_YUAN, decimal_places=2
            )

    def anybody(self) -> Anybody:
        given = self.cleaned_data
        state = ReferralState(int(given["state"])) if given["state"] else None
        return Anybody(Scheme(given["scheme"]), Group(given["group"]), given["contract"], state)

    def basket(self, lines: tuple[Line, ...]) -> Basket:
        given = self.cleaned_data
        sums = {name: int(given[name] * 100) for name in SUMS if given[name]}
        house = Institution.objects.get(code=given["institution"])
        return Basket(Setting[given["setting"].upper()], house, lines, sums)


def line_of(item: Item, asked: QueryDict, tier: PayTier) -> Line:
    """An item with the quantity and unit price typed beside it; without a price, its ceiling. Raises Invalid."""
    quantity = _number(asked.get(f"quantity_{item.code}") or "1", MOST_QUANTITY)
    typed = asked.get(f"price_{item.code}") or ""
    ceiling = item.ceilings.get(tier.name.lower())
    price = _number(typed, MOST_YUAN) if typed else Decimal(ceiling) / 100 if ceiling else None
    if not quantity or price is None:
        raise Invalid(_t("“%(name)s”：请填写数量和单价（元），没有限价的项目必须填单价。") % {"name": item.name})
    milli = int(quantity * 1000)
    return Line(item.name, ItemKind[item.kind.upper()], milli, int(price * 100 * milli / 1000), item.code)


def _number(text: str, most: Decimal) -> Decimal | None:
    """A number above zero up to `most`; None for anything else."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 < number <= most else None
