"""A city's network as data: regions, institutions with departments, consortia and typed links.

`load_network` reads and checks the files under `fenji/cities/<city>/network/`; the shapes are in `shape`.
"""

from functools import cache
from pathlib import Path

from fenji.cities.classes import read_classes
from fenji.cities.errors import CityNotFound
from fenji.cities.institutions import Ground, read_institutions
from fenji.cities.places import read_city, read_regions
from fenji.cities.shape import (
    Area,
    Attribute,
    Consortium,
    ConsortiumMember,
    Department,
    Function,
    Institution,
    Link,
    Network,
    Region,
    TeamTemplate,
)
from fenji.cities.ties import read_consortia, read_links, read_teams

__all__ = [
    "Area",
    "Attribute",
    "Consortium",
    "ConsortiumMember",
    "Department",
    "Function",
    "Institution",
    "Link",
    "Network",
    "Region",
    "TeamTemplate",
    "available_cities",
    "load_network",
    "read_network",
]

CITIES = Path(__file__).parent


def available_cities() -> list[str]:
    """Cities whose network is shipped, by name of their folder."""
    return sorted(path.parent.parent.name for path in CITIES.glob("*/network/city.toml"))


@cache
def load_network(city: str = "yangjiang") -> Network:
    """The network of a shipped city. Raises CityNotFound, or NetworkError at the first entry that is wrong."""
    if city not in available_cities():
        raise CityNotFound(f"no network for {city!r}; there is {', '.join(available_cities())}")
    return read_network(CITIES / city / "network")


def read_network(folder: Path) -> Network:
    """The network that the files of a folder describe, checked. Raises NetworkError with file, key and remedy."""
    city = read_city(folder)
    regions = read_regions(folder, city)
    classes = read_classes(folder)
    entries = read_institutions(folder, Ground(city, regions, classes))
    return Network(
        city=city.code,
        name=city.name,
        name_en=city.name_en,
        regions=tuple(regions.values()),
        institutions=tuple(one for _, one in entries),
        consortia=read_consortia(folder, entries),
        links=read_links(folder, entries),
        teams=read_teams(folder),
        functions=tuple(function for _, function in classes.functions),
    )
