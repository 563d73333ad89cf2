"""A city's own description and its regions."""

from dataclasses import dataclass
from pathlib import Path

from fenji.cities.rows import Row, csv_rows, toml_file
from fenji.cities.shape import Region
from fenji.kernel.tiers import Basis

REGION_KINDS = ("city", "county", "zone", "town", "street")


@dataclass(frozen=True)
class City:
    """Name, the box its coordinates must lie in (degrees), and the fields the plan gives for no institution."""

    code: str
    name: str
    name_en: str
    assumed: tuple[str, ...]
    west: float
    east: float
    south: float
    north: float

    def position(self, row: Row) -> tuple[float, float]:
        """Longitude and latitude of an entry, inside the city."""
        longitude, latitude = row.degrees("longitude"), row.degrees("latitude")
        for key, value, low, high in (
            ("longitude", longitude, self.west, self.east),
            ("latitude", latitude, self.south, self.north),
        ):
            if not low <= value <= high:
                raise row.wrong(key, f"{value} lies outside {self.name}", f"give degrees between {low} and {high}")
        return longitude, latitude


def read_city(folder: Path) -> City:
    row = toml_file(folder / "city.toml")
    box = row.table("box")
    if box is None:
        raise row.wrong("box", "is missing", "give west, east, south and north in degrees")
    city = City(
        code=row.text("code"),
        name=row.text("name"),
        name_en=row.text("name_en"),
        assumed=row.texts("assumed"),
        west=box.degrees("west"),
        east=box.degrees("east"),
        south=box.degrees("south"),
        north=box.degrees("north"),
    )
    box.done()
    row.done()
    return city


def read_regions(folder: Path, city: City) -> dict[str, Region]:
    """Regions by code, parents before their parts; the populations of parts add up to that of the whole."""
    regions: dict[str, Region] = {}
    rows: dict[str, Row] = {}
    for row in csv_rows(folder / "regions.csv"):
        region = _region(row, city)
        if region.code in regions:
            raise row.wrong(
                "code", f"{region.code} is already at {rows[region.code].at}", "give each region its own code"
            )
        if region.parent is not None and region.parent not in regions:
            raise row.wrong("parent", f"no region {region.parent} stands above this line", "name one that does")
        regions[region.code], rows[region.code] = region, row
    for code, row in rows.items():
        _check_parts(row, regions[code], list(regions.values()))
    return regions


def _region(row: Row, city: City) -> Region:
    kind = row.text("kind")
    if kind not in REGION_KINDS:
        raise row.wrong("kind", f"{kind!r} is not known", f"use one of {', '.join(REGION_KINDS)}")
    longitude, latitude = city.position(row)
    region = Region(
        code=row.text("code"),
        name=row.text("name"),
        name_en=row.text("name_en"),
        kind=kind,
        parent=row.raw("parent"),
        population=row.whole("population"),
        longitude=longitude,
        latitude=latitude,
        basis=row.choice("basis", Basis),
    )
    row.done()
    return region


def _check_parts(row: Row, whole: Region, regions: list[Region]) -> None:
    parts = [region.population for region in regions if region.parent == whole.code]
    if parts and sum(parts) != whole.population:
        raise row.wrong(
            "population",
            f"is {whole.population}, its parts add up to {sum(parts)}",
            "mend it or the population of a part",
        )
