"""Published figures: what each means, and each institution's, small numbers hidden."""

from collections.abc import Iterable
from datetime import date, datetime

from ninja import Schema

from fenji.apps.indicators.definitions import BY_CODE
from fenji.apps.indicators.publication import COUNTS, SHARES, SMALL, PublishedRow
from fenji.kernel.reasons import Clause


class FigureMeant(Schema):
    code: str
    name: str
    unit: str  # referrals, or permille


class InstitutionPublished(Schema):
    """Counts, null for one to four; shares in permille, null where too few stand behind them."""

    institution: str
    name: str
    counts: dict[str, int | None]
    shares: dict[str, int | None]


class PublishedShown(Schema):
    """`below` is the number under which a count is hidden; `clause` what publishing rests on."""

    month: str
    counted_at: datetime
    below: int
    clause: str
    figures: list[FigureMeant]
    items: list[InstitutionPublished]


def published_shown(month: date, rows: Iterable[PublishedRow], clause: Clause | None, at: datetime) -> PublishedShown:
    return PublishedShown(
        month=f"{month:%Y-%m}",
        counted_at=at,
        below=SMALL,
        clause=clause.clause if clause else "",
        figures=[
            FigureMeant(code=code, name=str(BY_CODE[code].name), unit="referrals" if code in COUNTS else "permille")
            for code in (*COUNTS, *SHARES)
        ],
        items=[
            InstitutionPublished(
                institution=one.row.institution.code, name=one.row.institution.name, counts=one.counts,
                shares=one.shares,
            )
            for one in rows
        ],
    )  # fmt: skip
