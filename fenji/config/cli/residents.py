"""`fenji residents`: synthetic residents."""

from typing import Annotated

import typer

from fenji.config.cli.frame import bar, done, fenji

app = typer.Typer(help="居民 / residents.", no_args_is_help=True)


@app.command()
def synth(
    number: Annotated[int, typer.Argument(min=1, max=2_600_000, help="人数 / how many")],
    seed: Annotated[int, typer.Option(help="随机种子，同一种子结果相同 / the same seed makes the same residents")] = 1,
) -> None:
    """按人口普查生成合成居民 / make synthetic residents that follow the census."""
    with fenji(owner=True):
        from fenji.config.content import synthesise_residents

        with bar("生成居民 / residents") as report:
            made = synthesise_residents(number, seed, report)
    done(f"{made:,} 名居民 / residents")
