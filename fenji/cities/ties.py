"""How institutions are tied: consortia, links, and the make-up of family-doctor teams."""

from collections.abc import Iterator
from pathlib import Path

from fenji.cities.classes import check_clause
from fenji.cities.code_tables import code_table
from fenji.cities.rows import Row, toml_rows
from fenji.cities.selection import read_selection
from fenji.cities.shape import Consortium, ConsortiumMember, Institution, Link, TeamTemplate
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Kind, LinkKind

CONSORTIUM_KINDS = ("urban_group", "county_township", "asset_integrated", "cooperation", "specialty", "mch")
Entries = list[tuple[Row, Institution]]


def read_links(folder: Path, entries: Entries) -> tuple[Link, ...]:
    """The plan's sentences spelt out as single links, then every village station's tie to its township hospital."""
    found: dict[tuple[str, str, LinkKind], Row] = {}
    links = []
    for row, link in _all_links(folder, entries):
        key = (link.upper, link.lower, link.kind)
        if key in found:
            raise row.wrong(
                "lower", f"{link.kind} to {link.lower} is already at {found[key].at}", "remove one of the two"
            )
        found[key] = row
        links.append(link)
    return tuple(links)


def _all_links(folder: Path, entries: Entries) -> Iterator[tuple[Row, Link]]:
    for row in toml_rows(folder / "links.toml", "link"):
        for link in _sentence(row, entries):
            yield row, link
    for row, one in entries:
        if one.kind is Kind.VILLAGE_STATION:
            upper = _known(row, "under", [row.text("under")], entries)[0]
            yield row, Link(upper, one.code, LinkKind.VILLAGE, (), one.basis, one.clause or "Y 二(三)", None, None)


def _sentence(row: Row, entries: Entries) -> list[Link]:
    """One entry of links.toml: one link to each of its lower institutions."""
    upper = _known(row, "upper", [row.text("upper")], entries)[0]
    kind, basis, clause = row.choice("kind", LinkKind), row.choice("basis", Basis), row.text_or("clause", "")
    check_clause(row, basis, clause)
    row.texts("quote"), row.texts("note")  # for the reader of the file
    specialties = row.texts("specialties")
    for code in specialties:
        if code not in code_table("specialties").codes:
            raise row.wrong("specialties", f"{code!r} is no 诊疗科目", "use a code of codes/specialties.toml")
    lowers = _members(row, "lower", entries)
    if upper in lowers:
        raise row.wrong("lower", f"{upper} is tied to itself", "except it")
    valid_from, valid_until = row.day("valid_from"), row.day("valid_until")
    row.done()
    return [Link(upper, lower, kind, specialties, basis, clause, valid_from, valid_until) for lower in lowers]


def read_consortia(folder: Path, entries: Entries) -> tuple[Consortium, ...]:
    """Consortia with members spelt out; the lead is not among its members."""
    found: dict[str, Consortium] = {}
    for row in toml_rows(folder / "consortia.toml", "consortium"):
        consortium = _consortium(row, entries)
        if consortium.code in found:
            raise row.wrong("code", f"{consortium.code} occurs twice", "give each consortium its own code")
        found[consortium.code] = consortium
    return tuple(found.values())


def _consortium(row: Row, entries: Entries) -> Consortium:
    kind = row.text("kind")
    if kind not in CONSORTIUM_KINDS:
        raise row.wrong("kind", f"{kind!r} is not known", f"use one of {', '.join(CONSORTIUM_KINDS)}")
    basis, clause = row.choice("basis", Basis), row.text_or("clause", "")
    check_clause(row, basis, clause)
    member_basis = row.choice("member_basis", Basis) if row.raw("member_basis") else basis
    lead = _known(row, "lead", [row.text("lead")], entries)[0]
    members = _members(row, "members", entries)
    if lead in members:
        raise row.wrong("members", f"{lead} leads it", "take it out of the members")
    consortium = Consortium(
        code=row.text("code"),
        name=row.text("name"),
        name_en=row.text("name_en"),
        kind=kind,
        lead=lead,
        basis=basis,
        clause=clause,
        valid_from=row.day("valid_from"),
        valid_until=row.day("valid_until"),
        members=tuple(ConsortiumMember(code, member_basis, clause) for code in members),
    )
    row.done()
    return consortium


def read_teams(folder: Path) -> tuple[TeamTemplate, ...]:
    return tuple(_team(row) for row in toml_rows(folder / "teams.toml", "team"))


def _team(row: Row) -> TeamTemplate:
    kinds, roles = row.texts("kinds"), row.texts("roles")
    for key, given, allowed in (("kinds", kinds, set(Kind)), ("roles", roles, set(Role))):
        for value in given:
            if value not in allowed:
                raise row.wrong(key, f"{value!r} is not known", f"use one of {', '.join(sorted(allowed))}")
    basis, clause = row.choice("basis", Basis), row.text_or("clause", "")
    check_clause(row, basis, clause)
    team = TeamTemplate(tuple(map(Kind, kinds)), tuple(map(Role, roles)), row.whole("teams"), basis, clause)
    row.done()
    return team


def _members(row: Row, key: str, entries: Entries) -> list[str]:
    """Institutions listed under `key` and those chosen by `where`, each once; `count` must be met if given."""
    codes = _known(row, key, list(row.texts(key)), entries)
    where = read_selection(row.table("where"))
    if where is not None:
        _known(row, "where.except", list(where.excepted), entries)
        for region in set(where.regions) - {one.region for _, one in entries}:
            raise row.wrong("where.regions", f"no institution in {region!r}", "use a code of regions.csv")
        codes += where.codes(one for _, one in entries)
    codes = list(dict.fromkeys(codes))
    if not codes:
        raise row.wrong(key, "nobody is meant", f"list codes under {key} or choose some by `where`")
    if row.raw("count") is not None and len(codes) != row.whole("count"):
        raise row.wrong("count", f"the source counts {row.whole('count')}, the files hold {len(codes)}", "mend either")
    return codes


def _known(row: Row, key: str, codes: list[str], entries: Entries) -> list[str]:
    known = {one.code for _, one in entries}
    for code in codes:
        if code not in known:
            raise row.wrong(key, f"no institution {code!r}", "use the code of one in the network's files")
    return codes
