"""`fenji policy`: what a city's policy says on a day, how two differ, whether one is whole and its cases hold."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from fenji.config.cli.frame import console, done, failed

app = typer.Typer(help="政策：查看、比较、检查 / policies: show, compare, check.", no_args_is_help=True)
On = Annotated[str, typer.Option("--on", help="哪一天，如 2017-07-01；不写为今天 / on which day, today if left out")]


@app.command()
def show(
    city: Annotated[str, typer.Argument(help="城市代码 / code of the city")],
    on: On = "",
    about: Annotated[str, typer.Option(help="只看以此开头的项，如 payment.ratio / keys that begin so")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / as JSON")] = False,
) -> None:
    """一个城市某一天的各项规则、依据和状态 / a city's rules on a day, with ground and status."""
    from fenji.rulebook.comparison import in_force
    from fenji.rulebook.keys import CHAPTERS
    from fenji.rulebook.policy_rows import as_plain, lines_of

    with _policy_errors():
        rulebook, day = _rulebook(city), _day(on)
        rows = [dated for dated in in_force(rulebook, day) if dated.key.startswith(about)]
        if not rows:
            raise typer.BadParameter(f"{city} 在 {day} 没有以 {about!r} 开头的项 / nothing begins so")
        if as_json:
            print(json.dumps([as_plain(rulebook, dated) for dated in rows], ensure_ascii=False, indent=1))
            return
        console.print(f"[bold]{rulebook.name} {day}[/bold]")
        for chapter, (name, name_en) in CHAPTERS.items():
            for number, dated in enumerate(one for one in rows if one.key.split(".")[0] == chapter):
                if number == 0:
                    console.print(f"\n[bold]{name} {name_en}[/bold]")
                first, second = lines_of(rulebook, dated)
                console.print(first, highlight=False, markup=False, soft_wrap=True)
                console.print(second, style="dim", highlight=False, markup=False, soft_wrap=True)


@app.command()
def diff(
    left: Annotated[str, typer.Argument(help="城市，或 城市@日期 / city or city@day")],
    right: Annotated[str, typer.Argument(help="另一个 / the other")],
    on: On = "",
) -> None:
    """两个城市，或一个城市的两天，有什么不同 / how two cities differ, or one city on two days."""
    from fenji.rulebook.comparison import differences
    from fenji.rulebook.keys import KEYS
    from fenji.rulebook.policy_rows import value_words

    with _policy_errors():
        sides = [_side(text, on) for text in (left, right)]
        (first, first_on), (second, second_on) = sides
        found = [one for one in differences(first, first_on, second, second_on) if one.is_of_value]
        titles = [f"{rulebook.name} {day}" for rulebook, day in sides]
        if not found:
            done(f"{titles[0]} 与 {titles[1]} 没有不同 / no difference")
            return
        rule = Column("规则 / rule", no_wrap=True)  # a key in two parts cannot be searched for
        table = Table(rule, *(Column(title, overflow="fold") for title in titles), show_lines=True)
        for one in found:
            table.add_row(f"{KEYS[one.key].name}\n{one.key}", value_words(one.left), value_words(one.right))
        Console(width=max(console.width, 120)).print(table)  # wide enough for keys and names in a file or a pipe, too
        done(f"{len(found)} 项不同 / differences")


@app.command()
def check(
    city: Annotated[str, typer.Argument(help="城市代码；不写为全部 / code of the city; all if left out")] = "",
    on: On = "",
    strict: Annotated[bool, typer.Option("--strict", help="有漏洞也算不通过 / a loophole fails, too")] = False,
) -> None:
    """政策是否完整，算例是否成立，有没有奖励不该奖励的 / is a policy whole, do its cases hold, what does it reward."""
    from fenji.rulebook.checking import check as checked
    from fenji.rulebook.loophole_words import lines_on
    from fenji.rulebook.packs import CITIES, available_policies

    wrong = 0
    with _policy_errors():
        for code in [city] if city else [pack.code for pack in available_policies()]:
            rulebook = _rulebook(code)
            for one in checked(rulebook, CITIES / code, _day(on)):
                (failed if one.faults else done)(f"{rulebook.name}：{one.what}（{one.count}）")
                for fault in one.faults:
                    console.print(f"    {fault}", highlight=False, markup=False, soft_wrap=True)
                wrong += len(one.faults)
            if wrong:
                continue  # what is not whole cannot be searched
            loopholes = list(lines_on(rulebook, _day(on)))
            for line in loopholes:
                console.print(
                    f"[yellow]![/yellow] {escape(f'{rulebook.name}：{line}')}", highlight=False, soft_wrap=True
                )
            wrong += len(loopholes) * strict
    if wrong:
        raise typer.Exit(1)


@contextmanager
def _policy_errors() -> Iterator[None]:
    """A fault of a policy file is said with its place, without a traceback."""
    from fenji.rulebook.errors import RulebookError

    try:
        yield
    except RulebookError as error:
        console.print(f"[red]✗[/red] {escape(str(error))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None


def _rulebook(city: str) -> Any:
    from fenji.rulebook.loader import load_rulebook
    from fenji.rulebook.packs import available_policies

    known = [pack.code for pack in available_policies()]
    if city not in known:
        raise typer.BadParameter(f"没有 {city}，现有 / there is {', '.join(known)}")
    return load_rulebook(city)


def _side(text: str, on: str) -> tuple[Any, date]:
    city, _, day = text.partition("@")
    return _rulebook(city), _day(day or on)


def _day(text: str) -> date:
    from fenji.kernel.working_time import CHINA

    try:
        return date.fromisoformat(text) if text else datetime.now(CHINA).date()
    except ValueError:
        raise typer.BadParameter(f"{text} 不是日期，应如 2017-07-01 / not a day") from None
