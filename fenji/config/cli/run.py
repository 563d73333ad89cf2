"""`fenji run`, `fenji worker`, `fenji migrate`."""

import os
from typing import Annotated

import typer

from fenji.config import environment
from fenji.config.cli.frame import bar, done, fenji

Host = Annotated[str, typer.Option(help="监听地址 / address to listen on")]
Port = Annotated[int, typer.Option(help="监听端口 / port to listen on")]


def run(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """启动全部程序：数据库、网页、后台任务 / start database, server and worker, and keep them alive."""
    from fenji.config.installation import serve

    serve(environment.complete(), host, port)


def worker() -> None:
    """只运行后台任务 / run jobs only."""
    with fenji():
        from fenji.config.production import refuse_unsafe_start
        from fenji.config.worker import run_worker

        refuse_unsafe_start()
        run_worker()


def migrate() -> None:
    """建立或更新数据表并授权 / create or update the tables, grant the application its rights."""
    installation = environment.complete()
    with environment.database(installation):
        application_url = os.environ["FENJI_DATABASE_URL"]
        environment.as_owner()
        import django

        django.setup()
        from django.conf import settings

        from fenji.config import schema

        applied = schema.migrate(settings.CITY, application_url=application_url)
    done(f"数据表已是最新 / tables are up to date ({len(applied)})")


def prepare_static() -> None:
    """收集静态文件、编译译文，换版本后运行 / collect static files, compile translations: after each new version."""
    environment.complete()
    import django

    django.setup()
    from fenji.config.static import collect
    from fenji.config.translations import compile_translations

    compile_translations()

    done(f"静态文件 / static files: {collect()}")


def prepare(steps: Annotated[list[str], typer.Argument()]) -> None:
    """Do the named steps of a first start; `fenji run` calls this in a process whose memory ends with it."""
    with fenji(owner="residents" in steps) as installation:  # only the owner may fill a table without its indexes
        from fenji.config.preparation import STEPS

        for name in steps:
            step = STEPS[name]
            with bar(step.title) as report:
                step.run(report)
            step.remember(installation.owner_url)
            done(step.title)
