"""How well a value is founded, said beside it: stated in the source, unverified, or our assumption."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fenji.kernel.tiers import Basis


@dataclass(frozen=True)
class BasisMark:
    slug: str
    word: str | Promise
    help: str | Promise
    icon: str


MARKS: dict[Basis, BasisMark] = {
    Basis.STATED: BasisMark("stated", _("有据"), _("文件中有明文"), "document-check"),
    Basis.UNVERIFIED: BasisMark("unverified", _("待核实"), _("有来源，尚未核对原文"), "eye"),
    Basis.ASSUMED: BasisMark("assumed", _("假定"), _("文件没有规定，由本系统假定"), "beaker"),
}


def basis_mark(basis: Basis | str) -> BasisMark:
    return MARKS[Basis(basis)]
