"""`fenji settle`: bills by the million, from Parquet to Parquet."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenji.config.cli.frame import bar, console, done, failed

if TYPE_CHECKING:
    from fenji.kernel.payment.batch import Policies
    from fenji.settlement.local import Count


class Engine(StrEnum):
    LOCAL = "local"
    SPARK = "spark"


def settle(
    bills: Annotated[
        Path, typer.Argument(exists=True, help="账单 Parquet，按人员、日期排序 / bills, by person and day")
    ],
    results: Annotated[Path, typer.Argument(help="结算结果 Parquet / where the results go")],
    policy: Annotated[str, typer.Option("--policy", metavar="CITY", help="按哪个城市的规则 / whose rules")],
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            help="全按这一天的规则；不写则各按当日的 / all by one day's rules, not each by its own",
        ),
    ] = None,
    openings: Annotated[
        Path | None,
        typer.Option(
            exists=True, help="期初累计 Parquet，每人每年一行 / what the years had seen before, a row a person-year"
        ),
    ] = None,
    chains: Annotated[
        Path | None,
        typer.Option(
            exists=True, help="期初在途转诊链 Parquet，每人每年每链一行 / referral chains under way, a row a chain"
        ),
    ] = None,
    engine: Annotated[Engine, typer.Option(help="在本机或在 Spark 上 / here or on Spark")] = Engine.LOCAL,
    aside: Annotated[
        Path | None,
        typer.Option(help="不能结算的账单写到 / where bills with a fault go; OUT.aside.parquet if left out"),
    ] = None,
) -> None:
    """批量结算：账单有误的写明原因、放在一边，其余照结 / settle a file of bills, set faulty ones aside."""
    from fenji.settlement.columns import WrongColumns
    from fenji.settlement.spark import NoSpark

    beside = aside or results.with_suffix(".aside.parquet")
    rules = _policies(policy, on)
    run = _here if engine is Engine.LOCAL else _on_spark
    try:
        count = run(bills, results, beside, rules, openings, chains)
    except (WrongColumns, NoSpark) as error:
        failed(str(error))
        raise typer.Exit(1) from None
    _report(count, results, beside)


def _policies(city: str, on: datetime | None) -> "Policies":
    from fenji.rulebook.errors import NotInRulebook, RulebookError
    from fenji.rulebook.loader import load_rulebook
    from fenji.rulebook.payment import payment_policies, payment_policy

    try:
        rulebook = load_rulebook(city)
        return payment_policy(rulebook, on.date()) if on else payment_policies(rulebook)
    except (RulebookError, NotInRulebook) as error:
        raise typer.BadParameter(str(error)) from None


def _here(bills: Path, results: Path, aside: Path, rules: "Policies", *known: Path | None) -> "Count":
    from fenji.settlement.local import settle_file

    with bar("结算 / settling") as report:
        return settle_file(bills, results, aside, rules, lambda done: report(done, 0), *known)


def _on_spark(bills: Path, results: Path, aside: Path, rules: "Policies", *known: Path | None) -> "Count":
    from fenji.settlement.spark import session_here, settle_on_spark

    session = session_here()
    try:
        return settle_on_spark(bills, results, aside, rules, session, *known)
    finally:
        session.stop()


def _report(count: "Count", results: Path, aside: Path) -> None:
    names = {
        "fund_cents": "统筹基金 / fund",
        "catastrophic_cents": "大病保险 / catastrophic",
        "assistance_cents": "医疗救助 / assistance",
        "care_cents": "长期护理 / long-term care",
        "self_cents": "个人 / self",
    }
    for field, name in names.items():
        cents = getattr(count, field)
        console.print(f"  {name:<24}{cents // 100:>18,}.{cents % 100:02} 元")
    done(f"{count.bills - count.set_aside:,} 张账单已结算 / bills settled → {results}")
    if count.set_aside:
        failed(f"{count.set_aside:,} 张有误，原因见 / set aside with reasons → {aside}")
