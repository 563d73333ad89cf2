"""Bringing the insurer's catalogue into the database: the pack's example, or a city's own list of the same shape."""

import csv
from collections.abc import Iterable
from datetime import date
from enum import Enum
from importlib.resources import files

from django.db import transaction

from fenji.apps.common.errors import Invalid
from fenji.apps.payments.models import Item
from fenji.kernel.payment.codes import ItemKind, PayTier
from fenji.kernel.pinyin import syllables
from fenji.kernel.tiers import Basis

EXAMPLE = files("fenji.cities") / "china" / "catalogue" / "items.csv"


class Entered(Enum):
    """What entering an item came to."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


KINDS = {one.name.lower() for one in ItemKind}


@transaction.atomic
def load_items(lines: Iterable[str], *, source: str) -> int:
    """Enter the items of a CSV list (lines that begin with # are remarks); returns how many are new or changed.

    An item that changed ends the day the new entry begins. Raises Invalid naming every bad line, with nothing loaded.
    """
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    problems: dict[str, str] = {}
    entries = [entry for number, row in enumerate(rows, 2) if (entry := _entry(row, number, source, problems))]
    if problems:
        raise Invalid(fields=problems)
    return sum(enter(entry) is not Entered.SAME for entry in entries)


def load_example() -> int:
    return load_items(EXAMPLE.read_text(encoding="utf-8").splitlines(), source="")


def _entry(row: dict[str, str], number: int, source: str, problems: dict[str, str]) -> Item | None:
    """The row as an item, or a word about it among the problems."""
    try:
        own = row["own_share_permille"].strip()
        item = Item(
            code=row["code"].strip(), name=row["name"].strip(), kind=row["kind"].strip(),
            item_class=row["class"].strip(), unit=row["unit"].strip(), own_share_permille=int(own) if own else None,
            ceilings=_ceilings(row["ceilings"]),
            valid_from=date.fromisoformat(row["from"].strip()), basis=Basis(row["status"].strip()),
            source=source or row.get("source", "").strip(),
        )  # fmt: skip
    except (KeyError, ValueError, AttributeError) as error:
        problems[f"line {number}"] = f"第 {number} 行读不懂：{error}"
        return None
    if not item.code or item.kind not in KINDS or item.item_class not in {"a", "b", "c"}:
        problems[f"line {number}"] = f"第 {number} 行：编码为空，或类别不是 drug、service、material，目录不是 a、b、c"
        return None
    return item


def _ceilings(text: str) -> dict[str, int]:
    """ "1500;2500;;" to the ceilings of the tiers that have one."""
    parts = [part.strip() for part in text.split(";")] if text.strip() else []
    if len(parts) > len(PayTier):
        raise ValueError("ceilings: " + text)
    return {tier.name.lower(): int(part) for tier, part in zip(PayTier, parts, strict=False) if part}


def enter(item: Item) -> Entered:
    """Enter an item from its day on, unless it stands so already; the entry before it ends that day."""
    item.name_pinyin = " ".join(syllables(item.name))
    same = {"name", "kind", "item_class", "unit", "own_share_permille", "ceilings", "source"}
    old = Item.objects.filter(code=item.code, valid_until=None).first()
    if old is not None and all(getattr(old, name) == getattr(item, name) for name in same):
        return Entered.SAME
    if old is not None and old.valid_from >= item.valid_from:
        old.delete()
    elif old is not None:
        old.valid_until = item.valid_from
        old.save(update_fields=["valid_until"])
    item.save()
    return Entered.NEW if old is None else Entered.CHANGED
