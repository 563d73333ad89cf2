"""From the items of a bill to its parts: class 甲/乙/丙, own share first, price above the ceiling."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from fenji.kernel.payment.bill import Bill
from fenji.kernel.payment.codes import ItemKind, PayTier
from fenji.kernel.payment.settle import share

MILLI = 1000  # quantities are thousandths of the item's unit: 2.5 boxes are 2500
NO_CEILING = 10**11


@dataclass(frozen=True)
class CatalogueItem:
    """One item of the insurer's catalogue on the day of care. Prices in 分 for one unit, by tier of the institution."""

    code: str
    name: str
    kind: ItemKind
    item_class: str  # a 甲, b 乙, c 丙
    own_share_permille: int | None = None  # of 乙 items; null: the policy's for the kind
    ceiling_cents: tuple[int, int, int, int] = (NO_CEILING,) * 4


@dataclass(frozen=True)
class Line:
    """One item as the hospital billed it; no code or an unknown one pays nothing (丙)."""

    name: str
    kind: ItemKind
    quantity_milli: int
    amount_cents: int
    code: str = ""


@dataclass(frozen=True)
class ClassedLine:
    """A line with the class it is settled in, what of it lies above the ceiling, and its own share."""

    line: Line
    item_class: str
    over_ceiling_cents: int
    own_share_cents: int | None  # null: by the policy's share of the kind, or none at all


def class_lines(
    lines: Iterable[Line], item_of: Callable[[str], CatalogueItem | None], tier: PayTier, rounding: int
) -> tuple[ClassedLine, ...]:
    """Each line by the catalogue. What costs more than its ceiling is split; the part above is the patient's."""
    return tuple(_classed(line, item_of(line.code) if line.code else None, tier, rounding) for line in lines)


def bill_of(lines: Iterable[ClassedLine], frame: Bill) -> Bill:
    """The frame (codes of scheme, setting and so on) with the amounts of the lines; they add up to the lines' sum."""
    parts = dict.fromkeys(
        ("a_cents", "b_drug_cents", "b_service_cents", "b_material_cents", "b_items_cents", "b_items_own_cents",
         "c_cents", "over_ceiling_cents", "drug_cents"), 0
    )  # fmt: skip
    for each in lines:
        within = each.line.amount_cents - each.over_ceiling_cents
        parts["over_ceiling_cents"] += each.over_ceiling_cents
        parts["drug_cents"] += each.line.amount_cents if each.line.kind is ItemKind.DRUG else 0
        parts[_part(each)] += within
        parts["b_items_own_cents"] += each.own_share_cents or 0
    return frame._replace(**parts)


def _classed(line: Line, item: CatalogueItem | None, tier: PayTier, rounding: int) -> ClassedLine:
    if item is None or item.item_class == "c":
        return ClassedLine(line if item is None else replace(line, kind=item.kind), "c", 0, None)
    line = replace(line, kind=item.kind)  # the catalogue knows what an item is, not the bill
    allowed = item.ceiling_cents[tier] * line.quantity_milli // MILLI
    over = max(0, line.amount_cents - allowed)
    if item.item_class == "a" or item.own_share_permille is None:
        return ClassedLine(line, item.item_class, over, None)
    return ClassedLine(line, "b", over, share(line.amount_cents - over, item.own_share_permille, rounding))


def _part(each: ClassedLine) -> str:
    if each.item_class == "a":
        return "a_cents"
    if each.item_class == "c":
        return "c_cents"
    if each.own_share_cents is not None:
        return "b_items_cents"
    return f"b_{each.line.kind.name.lower()}_cents"
