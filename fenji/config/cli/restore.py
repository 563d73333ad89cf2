"""`fenji restore`: a backup back into an empty database, proved equal."""

import os
from pathlib import Path
from typing import Annotated

import typer

from fenji.config import environment
from fenji.config.cli.frame import bar, done

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="fenji backup 写出的文件 / a backup")]
Into = Annotated[str, typer.Option(metavar="NAME", help="新数据库名，没有则建立 / a new database, made if need be")]
WithoutKeys = Annotated[bool, typer.Option("--without-keys", help="密钥已遗失 / the keys are lost for good")]


def restore(file: File, into: Into = "", without_keys: WithoutKeys = False) -> None:
    """恢复到空数据库，并核对每一行 / restore into an empty database and prove that every row is back."""
    from fenji.config import backup_file
    from fenji.config.cli.backup import describe

    found = backup_file.read(file)
    installation = environment.complete()
    with environment.database(installation):
        url = _prepared(installation, into) if into else installation.owner_url
        from fenji.config import restore as restoring

        with bar("恢复 / restoring") as report:
            restoring.restore(
                found,
                url,
                application=restoring.role_of(os.environ["FENJI_DATABASE_URL"]),
                without_keys=without_keys,
                loading=report,
                counting=report,
            )
    done(f"逐行核对一致，审计关联一致 / every row and audit link is as it was: {describe(found)}")
    if into:
        done(f"启用时请改两个数据库地址 / to work with it, name it in both addresses: …/{into}")
    done("版本不同时接着运行 fenji upgrade / if the program is newer, fenji upgrade comes next")


def _prepared(installation: environment.Installation, name: str) -> str:
    """The address of the database `name`, which exists now."""
    from fenji.config import postgres
    from fenji.config import restore as restoring

    maker, cluster = installation.owner_url, installation.cluster
    if cluster:
        maker = cluster.url(postgres.SUPERUSER, "postgres")
    restoring.create_database(maker, name, owner=restoring.role_of(installation.owner_url))
    return restoring.another_database(installation.owner_url, name)
