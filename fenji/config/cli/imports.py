"""`fenji import`: tables of institutions, staff, residents and the like, tried out before they are loaded."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from fenji.config.cli.frame import bar, console, done, failed, fenji

if TYPE_CHECKING:
    from fenji.exchange.models import Upload

app = typer.Typer(help="导入表格（xlsx、csv） / import spreadsheets.", no_args_is_help=True)
KIND_NAMES = (
    "institutions, departments, staff, residents, schedules, contracts, beds, blocks, enrolments, items, settlements"
)
KindName = Annotated[str, typer.Argument(metavar="KIND", help=f"表格种类 / kind of table: {KIND_NAMES}")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="xlsx 或 csv 文件 / file")]
System = Annotated[str, typer.Option(help="编码来自哪个系统 / whose codes the rows carry; the same again updates")]


@app.command()
def template(
    kind: KindName, output: Annotated[Path | None, typer.Option("--output", "-o", help="写到 / write to")] = None
) -> None:
    """写出空白模板 / write an empty table to fill in."""
    with fenji():
        from fenji.exchange.policies import kind_called
        from fenji.exchange.sheet_writing import template_of

        target = output or Path(f"{kind}.xlsx")
        target.write_bytes(template_of(kind_called(kind)))
    done(str(target))


@app.command()
def check(kind: KindName, file: File, system: System = "spreadsheet") -> None:
    """试导入：逐行检查，不写入任何数据 / a dry run: every bad row is named, nothing is loaded."""
    with fenji():
        _report(_tried(kind, file, system))


@app.command()
def load(kind: KindName, file: File, system: System = "spreadsheet") -> None:
    """检查后导入：全部成功或全部不写 / check, then load: the whole file or nothing."""
    with fenji():
        from fenji.exchange import actions

        upload = _tried(kind, file, system)
        if not upload.fault_count:
            with bar("导入 / loading") as report:
                upload = actions.confirm(upload.pk, by=None, also=lambda rows: report(rows, upload.rows))
        _report(upload)


def _tried(kind: str, file: Path, system: str) -> "Upload":
    from fenji.exchange import actions

    with bar("检查 / checking") as report:
        return actions.receive(
            kind, name=file.name, content=file.read_bytes(), by=None, system=system, also=lambda rows: report(rows, 0)
        )


def _report(upload: "Upload") -> None:
    if not upload.fault_count:
        done(f"{upload.rows} 行 / rows: {upload.new} 新增 / new, {upload.changed} 更新 / changed")
        return
    table = Table("行 / row", "列 / column", "原因 / reason")
    for fault in upload.faults:
        table.add_row(str(fault["row"]), fault["column"], fault["reason"])
    console.print(table)
    failed(f"{upload.fault_count} 处有误，未导入任何数据 / faults, nothing was loaded")
    raise typer.Exit(1)
