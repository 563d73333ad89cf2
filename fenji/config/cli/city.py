"""`fenji city`: a city pack, checked and loaded."""

import typer

from fenji.config.cli.frame import bar, done, fenji

app = typer.Typer(help="城市资料包：网络与政策 / a city's network and policy.", no_args_is_help=True)


@app.command()
def load(city: str) -> None:
    """载入或更新一个城市的网络与政策 / load or update a city's network and policy."""
    from fenji.cities.network import available_cities

    if city not in available_cities():
        raise typer.BadParameter(f"没有 {city}，现有 / there is {', '.join(available_cities())}")
    with fenji():
        from fenji.config.content import load_city

        with bar(f"载入 {city} / loading {city}") as report:
            load_city(city, report)
    done(f"{city} 已载入 / loaded")
