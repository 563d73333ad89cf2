"""What the insurer's desk of a demonstration holds beside the bills: statements, a year to clear, lists compared with
the official system, patients who would owe more. All of it made by the real actions, on the day it would have been.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from fenji.apps.accounts.models import User
from fenji.apps.common import clock
from fenji.apps.payments import queries
from fenji.apps.payments.actions import claims, shadow, statements
from fenji.apps.payments.actions.enrolling import Told, enrol
from fenji.apps.payments.books import months_between, years_of_institutions
from fenji.apps.payments.given import Bill
from fenji.apps.payments.insured import insured_on
from fenji.apps.payments.models import Claim, ClaimState, Mode, Posting
from fenji.apps.registry.models import Institution
from fenji.config.demonstration_accounts import CITY, COUNTY, TOWNSHIP

Amounts = dict[str, int]
A_DAY = timedelta(days=1)
HOUSES = (TOWNSHIP, COUNTY, CITY)
PREPAID_PERMILLE, A_ROUND_SUM = 800, 100_000  # of a month's sum, in whole thousands of yuan


def fill_desk(bills: Mapping[str, Bill], *, by: User) -> None:
    """`bills` are those just settled, by their number."""
    now = clock.now()
    _state_months(now, by)
    _clear_last_year(now, by)
    _compare(bills, by)
    _take_back_first_stays(by)
    _change_enrolments(by)


def months_of_last_year(now: datetime) -> list[date]:
    """The last three, which are settled so that a year can be cleared."""
    year = timezone.localdate(now).year - 1
    return months_between(date(year, 10, 1), date(year, 12, 1))


def _state_months(now: datetime, by: User) -> None:
    """Every month that is over has its statements, but for the last: there the hospitals' are still to be issued.

    Of last year the city hospital's December is missing, so that its year cannot be cleared yet.
    """
    this = timezone.localdate(now).replace(day=1)
    last, december = (this - A_DAY).replace(day=1), date(this.year - 1, 12, 1)
    postings = Posting.objects.filter(month__lt=this).order_by("month")
    for house, month in postings.values_list("institution", "month").distinct():
        code = Institution.objects.get(pk=house).code
        if (month == last and code != TOWNSHIP) or (month == december and code == CITY):
            continue
        _prepay(house, month, by)
        with clock.set_to(min(now, _noon((month + 32 * A_DAY).replace(day=5)))):
            statements.state(house, month, by=by)


def _prepay(house: int, month: date, by: User) -> None:
    sums = queries.sums_of_month(house, month)
    paid = sum(sums[payer] for payer in queries.PAID) * PREPAID_PERMILLE // 1000
    if amount := paid - paid % A_ROUND_SUM:
        with clock.set_to(_noon(month.replace(day=2))):
            statements.prepay(house, month, amount, by=by)


def _clear_last_year(now: datetime, by: User) -> None:
    """The township's, paid by head: what it saved stays with it. The others wait for somebody to look at them."""
    year = timezone.localdate(now).year - 1
    township = Institution.objects.get(code=TOWNSHIP)
    with clock.set_to(min(now, _noon(date(year + 1, 1, 20)))):
        for one in years_of_institutions(year, institution_id=township.pk):
            agreed = -(-one.owed_cents * 104 // (100 * A_ROUND_SUM)) * A_ROUND_SUM
            statements.clear_year(township.pk, year, by=by, agreed_cents=agreed)


def _compare(bills: Mapping[str, Bill], by: User) -> None:
    """First stays of the year, as the official system would have settled them."""
    for claim, official in zip(_first_stays(), DIFFERENCES, strict=False):
        amounts = official({name: claim.settlement[name] for name in shadow.COMPARED}, claim.settlement)
        shadow.compare(replace(bills[claim.source_code], official=amounts), by=by)


def _stays() -> QuerySet[Claim]:
    """This year's, but for those of a referral chain."""
    this_year = timezone.localdate(clock.now()).year
    rows = Claim.objects.filter(mode=Mode.OFFICIAL, state=ClaimState.SETTLED, setting="inpatient", chain="")
    return rows.filter(person_year__year=this_year)


def _first_stays() -> QuerySet[Claim]:
    """Each person's, the latest first."""
    before = _stays().filter(person_year=OuterRef("person_year"), ended_at__lt=OuterRef("ended_at"))
    return _stays().exclude(Exists(before)).filter(fund_cents__gt=0).order_by("-ended_at", "pk")


def _agrees(amounts: Amounts, ours: Amounts) -> Amounts:
    return amounts


def _seen_as_unreferred(amounts: Amounts, ours: Amounts) -> Amounts:
    return _moved(amounts, ours["payable_cents"] // 10)


def _rounded_otherwise(amounts: Amounts, ours: Amounts) -> Amounts:
    return _moved(amounts, 1)


def _deductible_anew(amounts: Amounts, ours: Amounts) -> Amounts:
    more = min(20_000, ours["payable_cents"])
    moved = _moved(amounts, more * ours["ratio_permille"] // 1000)
    return moved | {"deductible_cents": amounts["deductible_cents"] + more}


def _one_line_more(amounts: Amounts, ours: Amounts) -> Amounts:
    return amounts | {"total_cents": amounts["total_cents"] + 3_500, "self_cents": amounts["self_cents"] + 3_500}


def _moved(amounts: Amounts, cents: int) -> Amounts:
    """Less from the fund, more from the patient."""
    cents = min(cents, amounts["fund_cents"])
    return amounts | {"fund_cents": amounts["fund_cents"] - cents, "self_cents": amounts["self_cents"] + cents}


Official = Callable[[Amounts, Amounts], Amounts]
DIFFERENCES: tuple[Official, ...] = (
    _agrees, _seen_as_unreferred, _agrees, _deductible_anew, _rounded_otherwise, _one_line_more,
)  # fmt: skip


def _take_back_first_stays(by: User) -> None:
    """Three people's first stay of the year was another's: what was their second is the first now, and costs more."""
    several = _stays().values("person_year").annotate(n=Count("pk")).filter(n__gt=1).order_by("person_year")
    for year in several.values_list("person_year", flat=True)[:3]:
        first = _stays().filter(person_year=year).order_by("ended_at").first()
        if first is not None:
            claims.reverse(first.pk, reason="经核对住院的不是本人，医院申请冲销", by=by)


def _change_enrolments(by: User) -> None:
    """One person's contributions had lapsed at the time of a stay; another had been on low income for months."""
    for claim, is_lapsed in zip(_first_stays()[len(DIFFERENCES) :], (True, False), strict=False):
        day = timezone.localdate(claim.ended_at)
        insured = insured_on(claim.resident, day)
        scheme, group = insured.scheme.name.lower(), insured.group.name.lower()
        first = day.replace(month=1, day=1)
        enrol(claim.resident_id, Told(scheme, group, first), source="demonstration", by=by)
        if is_lapsed:
            told = Told(scheme, group, max(day - 20 * A_DAY, first + A_DAY), day + 3 * A_DAY, True)
        else:
            told = Told(scheme, "low_income", max(day - 10 * A_DAY, first + A_DAY))
        enrol(claim.resident_id, told, source="demonstration", by=by)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
