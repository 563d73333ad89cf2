"""`fenji upgrade`: backup, migrations, a look at the result."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenji.config import environment
from fenji.config.cli.backup import describe, take
from fenji.config.cli.frame import done

if TYPE_CHECKING:
    from fenji.config.backup_file import Backup

Backups = Annotated[
    Path | None, typer.Option("--backups", metavar="DIR", help="备份存放处，默认 FENJI_HOME/backups / where it goes")
]


def upgrade(backups: Backups = None) -> None:
    """先备份，再更新数据表并检查；服务须已停止 / back up, bring the tables up to date, check; services are stopped."""
    from fenji.config.supervisor import only_one

    installation = environment.complete()
    with only_one(installation.home), environment.database(installation):
        application_url = os.environ["FENJI_DATABASE_URL"]
        environment.as_owner()
        import django

        django.setup()
        from django.conf import settings

        from fenji.config import backup, upgrade

        def back_up() -> "Backup":
            directory = backups or installation.home / "backups"
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = backup.name_in(directory, settings.CITY, datetime.now(UTC))
            taken = backup.check(take(installation.owner_url, file, settings.CITY).path)
            done(describe(taken))
            return taken

        found = upgrade.upgrade(
            settings.CITY, owner_url=installation.owner_url, application_url=application_url, back_up=back_up
        )
    if found.applied:
        done(f"已执行 / applied: {', '.join(found.applied)}")
        done("检查通过，请启动服务 / all checks pass, start the services: systemctl start fenji.target")
    else:
        done("数据表已是最新，无需备份 / the tables are up to date, nothing was done")
