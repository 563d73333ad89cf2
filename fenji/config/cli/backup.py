"""`fenji backup`: everything in one file, keys apart."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from fenji.config.cli.frame import bar, done, fenji

if TYPE_CHECKING:
    from fenji.config.backup_file import Backup

KEYS_FILE = ".keys"  # behind the name of the backup

Target = Annotated[Path, typer.Argument(metavar="FILE|DIR", help="新文件，或备份目录 / new file, or directory")]
Check = Annotated[bool, typer.Option("--check", help="检查已有备份 / check a backup that is there")]
WithKey = Annotated[bool, typer.Option("--with-key", help="另存密钥文件 / the keys too, in a file of their own")]
Keep = Annotated[int, typer.Option(min=0, help="目录中保留最新几份，0 为全部 / how many to keep in DIR, 0: all")]


def backup(target: Target, check: Check = False, with_key: WithKey = False, keep: Keep = 0) -> None:
    """备份整个数据库，服务不停；密钥不在其中 / back up the whole database while it is in use; keys stay outside."""
    if check:
        check_file(target)
        return
    if keep and not target.is_dir():
        raise typer.BadParameter(f"--keep：{target} 不是目录，请先建立 / is no directory: make it first")
    with fenji() as installation:
        from django.conf import settings

        from fenji.config import backup as backups
        from fenji.config import backup_keys

        is_directory, city = target.is_dir(), settings.CITY
        file = backups.name_in(target, city, datetime.now(UTC)) if is_directory else target
        done(describe(take(installation.owner_url, file, city)))
        if with_key:
            keys = backup_keys.write_keys(file.with_name(file.name + KEYS_FILE))
            done(f"{keys}：密钥，请与备份分开存放 / the keys: keep them elsewhere than the backup")
        else:
            done("密钥不在备份中，没有密钥无法读取证件号 / keys are not in it; without them no ID number can be read")
        for gone in backups.keep_newest(target, city, keep) if is_directory and keep else []:
            done(f"已删除 / removed: {gone.name}")


def take(url: str, file: Path, city: str) -> "Backup":
    """A backup with its two bars."""
    from fenji.config import backup as backups

    with bar("导出 / backing up") as report:
        return backups.take(url, file, city, counting=report, dumping=report)


def check_file(file: Path) -> None:
    """`fenji backup --check`; needs neither the database nor its keys."""
    from fenji.config import backup as backups

    with bar("校验 / checking") as report:
        found = backups.check(file, report)
    done(f"备份完整 / the backup is whole: {describe(found)}")


def describe(made: "Backup") -> str:
    """One line that tells one backup from another."""
    from fenji.config.inventory import from_json

    manifest, held = made.manifest, from_json(made.manifest["inventory"])
    at = datetime.fromisoformat(manifest["at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    return (
        f"{made.path}\n  {at:%Y-%m-%d %H:%M:%S}，{manifest['city']}，{made.size / 1e6:,.1f} MB，"
        f"{held.rows:,} 行 / rows，{len(held.tables)} 表 / tables，"
        f"Fenji {manifest['program']}，PostgreSQL {manifest['postgresql']}"
    )
