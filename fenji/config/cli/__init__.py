"""The command line `fenji`. Commands import Django and the apps only when they run, so that `--help` is quick."""

import sys

import typer

from fenji.config.cli import (
    backup,
    checks,
    city,
    exports,
    imports,
    policy,
    residents,
    restore,
    run,
    settle,
    upgrade,
    users,
)
from fenji.config.cli.frame import console

app = typer.Typer(
    name="fenji",
    help="分级：分级诊疗转诊平台 / Fenji: a platform for tiered care.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("run")(run.run)
app.command("worker")(run.worker)
app.command("migrate")(run.migrate)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("upgrade")(upgrade.upgrade)
app.command("prepare", hidden=True)(run.prepare)
app.command("prepare-static")(run.prepare_static)
app.add_typer(city.app, name="city")
app.add_typer(residents.app, name="residents")
app.add_typer(imports.app, name="import")
app.command("export")(exports.export)
app.add_typer(policy.app, name="policy")
app.command("settle")(settle.settle)
app.add_typer(users.app, name="user")
app.add_typer(checks.app, name="check")


def main() -> None:
    """Entry point: errors that tell the operator what to do are printed without a traceback."""
    from fenji.config.backup_file import BackupError
    from fenji.config.environment import WrongEnvironment
    from fenji.config.postgres import PostgresFailed
    from fenji.config.postgres_programs import NoPostgres
    from fenji.config.supervisor import AlreadyRunning

    try:
        app()
    except (BackupError, WrongEnvironment, PostgresFailed, NoPostgres, AlreadyRunning) as error:
        console.print(f"[red]✗[/red] {error}", highlight=False)
        sys.exit(1)
