"""`fenji check`: is this installation sound; `sizes` and `docs` check the source."""

from typing import Annotated

import typer

from fenji.config.cli.frame import done, failed, fenji

app = typer.Typer(
    help="检查安装、代码与文档 / check the installation, the source, the documents.", invoke_without_command=True
)


@app.callback(invoke_without_command=True)
def check(
    context: typer.Context,
    deploy: Annotated[bool, typer.Option("--deploy", help="按正式运行检查 / check as for production")] = False,
) -> None:
    """检查数据库、迁移与设置 / check database, migrations and settings."""
    if context.invoked_subcommand:
        return
    with fenji():
        from django.core import checks as django_checks

        from fenji.config import production
        from fenji.config.schema import unapplied_migrations

        errors = [f"{name} 未执行 / not applied: run `fenji migrate`" for name in unapplied_migrations()]
        found = django_checks.run_checks(include_deployment_checks=deploy)
        found = [message for message in found if not message.is_silenced()]
        errors += [str(message) for message in found if message.level >= django_checks.ERROR]
        warnings = [str(message) for message in found if message.level == django_checks.WARNING]
        if deploy:
            errors += production.reasons_not_to_start()
            warnings += production.warnings()
    _report(errors, warnings)


@app.command()
def sizes() -> None:
    """源文件、函数、模板不得过长 / no source file, function or template is too long."""
    from fenji.config.checks.sizes import too_long

    _report(too_long(), [])


@app.command()
def docs(
    write: Annotated[bool, typer.Option("--write", help="重新生成 / write them anew")] = False,
) -> None:
    """由代码生成的文档须为最新 / documents generated from the code are up to date."""
    from fenji.config.checks.documents import stale, write_all

    if write:
        for path in write_all():
            done(f"{path}")
        return
    _report([f"{path}：请运行 fenji check docs --write / is out of date" for path in stale()], [])


@app.command()
def translations(
    write: Annotated[bool, typer.Option("--write", help="收集新词 / collect what is new")] = False,
) -> None:
    """界面文字须有英文译文 / every text of the pages has an English translation."""
    from fenji.config.checks.translations import CATALOGUE, faults, update

    if write:
        waiting = update()
        done(f"{CATALOGUE}：{waiting} 条待译 / to translate")
        return
    _report(faults(), [])


def _report(errors: list[str], warnings: list[str]) -> None:
    for warning in warnings:
        typer.echo(f"! {warning}")
    for error in errors:
        failed(error)
    if errors:
        raise typer.Exit(1)
    done("检查通过 / all checks pass")
