"""`fenji user`: accounts from the machine itself; how the first administrators come to be."""

import contextlib
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.table import Table

from fenji.config.cli.frame import console, done, failed, fenji
from fenji.kernel.roles import Office

app = typer.Typer(help="账号 / accounts.", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="用户名 / login")]


@app.command()
def add(
    username: Username,
    name: Annotated[str, typer.Argument(help="姓名 / name")],
    office: Annotated[
        Office | None, typer.Option(help="三员之一 / one of the three administrators: system, security, audit")
    ] = None,
) -> None:
    """开户，显示一次性初始密码 / open an account, show its temporary password once."""
    with fenji():
        from django.db import transaction

        from fenji.apps.accounts import actions

        with transaction.atomic():
            user, password = actions.create_person(username=username, name=name, by=None)
            if office:
                actions.give_office(user.pk, office, by=None)
        done(f"{user.username}：初始密码 / temporary password {password}")


@app.command("list")
def show() -> None:
    """列出账号 / list accounts."""
    with fenji():
        from fenji.apps.accounts.models import User

        table = Table("用户名 / login", "姓名 / name", "管理员 / office", "在用 / active")
        for user in User.objects.order_by("username"):
            table.add_row(user.username, user.name, user.office, "✓" if user.is_active else "—")
        console.print(table)


@app.command()
def password(username: Username) -> None:
    """重置密码，原会话全部失效 / set a temporary password; every session of the account ends."""
    with account(username) as (actions, pk):
        done(f"{username}：初始密码 / temporary password {actions.set_password(pk, by=None)}")


@app.command()
def disable(username: Username, reason: Annotated[str, typer.Option(help="原因 / reason")]) -> None:
    """停用账号 / close an account."""
    with account(username) as (actions, pk):
        actions.disable(pk, reason=reason, by=None)
        done(f"{username}：已停用 / closed")


@app.command()
def enable(username: Username) -> None:
    """重新启用账号 / open a closed account again."""
    with account(username) as (actions, pk):
        actions.enable(pk, by=None)
        done(f"{username}：已启用 / open")


@app.command()
def unlock(username: Username) -> None:
    """解除登录锁定 / forget failed logins."""
    with account(username) as (actions, pk):
        actions.unlock(pk, by=None)
        done(f"{username}：已解锁 / unlocked")


@contextlib.contextmanager
def account(username: str) -> Iterator[tuple[Any, int]]:
    """The actions on accounts, and the key of the account of that name; ends the command if there is none."""
    with fenji():
        from fenji.apps.accounts import actions
        from fenji.apps.accounts.models import User

        user = User.objects.filter(username=username.strip().lower()).first()
        if user is None:
            failed(f"没有用户 / no account {username}")
            raise typer.Exit(1)
        yield actions, user.pk
