"""`fenji export`: the tables that a person may export, as that person; each leaves an audit event."""

from pathlib import Path
from typing import Annotated

import typer

from fenji.config.cli.frame import bar, done, failed, fenji


def export(
    what: Annotated[str, typer.Argument(help="institutions, staff, residents, figures")],
    as_user: Annotated[str, typer.Option("--as", metavar="USERNAME", help="以谁的权限 / with whose rights")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="写到 / write to")] = None,
) -> None:
    """导出为 xlsx，按该用户的权限并留下审计记录 / export as xlsx with a person's rights; audited."""
    with fenji():
        from django.utils import timezone

        from fenji.apps.accounts.models import User
        from fenji.apps.common import clock
        from fenji.apps.registry.posts import posts_of
        from fenji.exchange import exports

        user = User.objects.filter(username=as_user.strip().lower(), is_active=True).first()
        if user is None:
            failed(f"没有用户 / no account {as_user}")
            raise typer.Exit(1)
        at = clock.now()
        asker = exports.Asker(user, posts_of(user, timezone.localdate(at)), at)
        target = output or Path(f"{what}.xlsx")
        with bar(f"导出 {what} / exporting"):
            target.write_bytes(exports.export(what, asker))
    done(str(target))
