"""The institutions of a city, from its tables of hospitals, primary institutions, village stations and authorities."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from fenji.cities.classes import Classes, check_clause
from fenji.cities.code_tables import code_table, uscc_problem
from fenji.cities.places import City
from fenji.cities.rows import Row, csv_rows, toml_rows
from fenji.cities.selection import AUTHORITIES
from fenji.cities.shape import Area, Attribute, Department, Institution, Region
from fenji.kernel.tiers import Basis, Grade, Kind, Level, Tier

# A village station's class is always the same, so its table leaves these columns out.
STATION = {"kind": Kind.VILLAGE_STATION.value, "ws218": "D600", "tier": "1", "level": "none", "grade": "none"}


@dataclass(frozen=True)
class Ground:
    """What an institution is checked against and completed from."""

    city: City
    regions: dict[str, Region]
    classes: Classes


def read_institutions(folder: Path, ground: Ground) -> list[tuple[Row, Institution]]:
    """Each institution with the entry it came from, in the order of the files; codes and names occur once."""
    found: list[tuple[Row, Institution]] = []
    owners: dict[str, Row] = {}
    for row in _rows(folder):
        one = _institution(row, ground)
        _claim(row, one, owners)
        found.append((row, one))
    return found


def _rows(folder: Path) -> Iterator[Row]:
    yield from toml_rows(folder / "authorities.toml", "institution")
    yield from toml_rows(folder / "hospitals.toml", "institution")
    yield from csv_rows(folder / "primary.csv")
    for row in csv_rows(folder / "village_stations.csv"):
        yield replace(row, values={**row.values, **STATION})


def _institution(row: Row, ground: Ground) -> Institution:
    region, town = row.text("region"), row.raw("town")
    longitude, latitude = ground.city.position(row)
    basis, kind = row.choice("basis", Basis), row.choice("kind", Kind)
    bare = Institution(
        code=row.text("code"),
        name=row.text("name"),
        name_en=row.text("name_en"),
        short_name=row.text("short_name"),
        uscc=row.text_or("uscc", ""),
        kind=kind,
        ws218=row.text_or("ws218", ""),
        tier=_tier(row),
        level=row.choice("level", Level),
        grade=row.choice("grade", Grade),
        ownership=row.text_or("ownership", "public"),
        is_insured=row.yes("is_insured", default=True),
        region=region,
        town=town,
        address=_address(row, [region] if town is None else [region, town], ground.regions),
        phone=row.text_or("phone", ""),
        longitude=longitude,
        latitude=latitude,
        basis=basis,
        clause=row.text_or("clause", ""),
        valid_from=row.day("valid_from"),
        valid_until=row.day("valid_until"),
        aliases=row.texts("aliases"),
        areas=_areas(row, ground.regions),
        assumed=ground.city.assumed if basis is Basis.STATED else (),
    )
    check_clause(row, bare.basis, bare.clause)
    _check_codes(row, bare)
    whole = replace(
        bare,
        functions=ground.classes.functions_of(bare),
        attributes=_attributes(row, bare),
        departments=_departments(row, bare, ground.classes),
    )
    row.raw("under")  # read with the links
    row.done()
    return whole


def _tier(row: Row) -> Tier:
    number = row.whole("tier")
    if number not in set(Tier):
        raise row.wrong("tier", f"{number} is not known", "use 1 village, 2 township, 3 county or 4 city")
    return Tier(number)


def _address(row: Row, places: list[str], regions: dict[str, Region]) -> str:
    """The address given, else as far as the town: the sources say no more."""
    for key, code in zip(("region", "town"), places, strict=False):
        if code not in regions:
            raise row.wrong(key, f"no region {code!r}", "use a code of regions.csv")
    chain: list[str] = []
    at: str | None = places[-1]
    while at is not None:
        chain.insert(0, regions[at].name)
        at = regions[at].parent
    return row.text_or("address", "".join(chain))


def _areas(row: Row, regions: dict[str, Region]) -> tuple[Area, ...]:
    codes = row.texts("areas")
    for code in codes:
        if code not in regions:
            raise row.wrong("areas", f"no region {code!r}", "use a code of regions.csv")
    return tuple(Area(code, Basis.ASSUMED) for code in codes)


def _check_codes(row: Row, one: Institution) -> None:
    if one.uscc and (problem := uscc_problem(one.uscc, one.region[:6])):
        raise row.wrong("uscc", f"{one.uscc} {problem}", "mend the number or leave it empty")
    if one.kind not in AUTHORITIES and one.ws218 not in code_table("ws218").codes:
        raise row.wrong("ws218", f"{one.ws218!r} is not known", "use a code of codes/ws218.toml")


def _attributes(row: Row, one: Institution) -> tuple[Attribute, ...]:
    found = []
    if row.raw("beds") is not None:
        found.append(Attribute("beds", str(row.whole("beds")), None, None, Basis.ASSUMED))
    if one.assumed:
        found.append(Attribute("assumed_fields", " ".join(one.assumed), None, None, Basis.ASSUMED))
    for entry in row.tables("attribute"):
        basis, clause = entry.choice("basis", Basis), entry.text_or("clause", "")
        check_clause(entry, basis, clause)
        name, value = entry.text("name"), entry.text("value")
        found.append(Attribute(name, value, entry.day("valid_from"), entry.day("valid_until"), basis, clause))
        entry.done()
    return tuple(found)


def _departments(row: Row, one: Institution, classes: Classes) -> tuple[Department, ...]:
    """Departments of its class with its telephone numbers; above the village there is one coordination office."""
    office_phone, duty_phone = row.text_or("office_phone", ""), row.text_or("duty_phone", "")
    if one.kind in AUTHORITIES or one.tier is Tier.VILLAGE:
        return ()
    departments = classes.departments_of(one)
    if departments is None:
        raise row.wrong("kind", "no department template fits", "add one to departments.toml whose `where` it meets")
    offices = sum(department.is_office for department in departments)
    if offices != 1:
        raise row.wrong("departments", f"it has {offices} coordination offices", "give its template exactly one")
    for key, phone in (("office_phone", office_phone), ("duty_phone", duty_phone)):
        if not phone:
            raise row.wrong(key, "is missing", "give the number of its coordination office")
    return tuple(
        replace(department, phone=office_phone, duty_phone=duty_phone)
        if department.is_office
        else replace(department, phone=one.phone)
        for department in departments
    )


def _claim(row: Row, one: Institution, owners: dict[str, Row]) -> None:
    """Nobody else may have this code or one of these names."""
    for key, word in (("code", one.code), *(("name", name) for name in {one.name, one.short_name, *one.aliases})):
        if word in owners:
            other = owners[word]
            raise row.wrong(key, f"{word} is already at {other.file} {other.at}", "give each institution its own")
        owners[word] = row
