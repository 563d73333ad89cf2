"""What an institution has because of its class: functions and departments."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from fenji.cities.code_tables import code_table
from fenji.cities.rows import Row, toml_file, toml_rows
from fenji.cities.selection import Selection, read_selection
from fenji.cities.shape import Department, Function, Institution
from fenji.kernel.tiers import Basis

Item = TypeVar("Item")
DOES = ("treats", "receives", "sends_on", "supports")


@dataclass(frozen=True)
class Classes:
    """Functions with whom they concern; department templates, of which the first that fits counts."""

    functions: tuple[tuple[Selection, Function], ...]
    templates: tuple[tuple[Selection, tuple[Department, ...]], ...]

    def functions_of(self, one: Institution) -> tuple[str, ...]:
        return tuple(function.code for where, function in self.functions if where.takes(one))

    def departments_of(self, one: Institution) -> tuple[Department, ...] | None:
        """Its departments, without telephone numbers; none where no template fits."""
        return next((departments for where, departments in self.templates if where.takes(one)), None)


def read_classes(folder: Path) -> Classes:
    functions = tuple(_read_all(folder / "functions.toml", "function", _function))
    catalogue = _read_departments(folder / "departments.toml")
    templates = _read_all(folder / "departments.toml", "template", lambda row: _template(row, catalogue))
    return Classes(functions, tuple(templates))


def check_clause(row: Row, basis: Basis, clause: str) -> None:
    """What is stated says where."""
    if basis is Basis.STATED and not clause:
        raise row.wrong("clause", "is missing although basis is stated", "cite the clause or change the basis")


def _read_all(path: Path, key: str, read: Callable[[Row], Item]) -> list[tuple[Selection, Item]]:
    found = []
    for row in toml_rows(path, key, beside="department"):
        where = read_selection(row.table("where"))
        if where is None:
            raise row.wrong("where", "is missing", "say which institutions it concerns")
        found.append((where, read(row)))
        row.done()
    return found


def _function(row: Row) -> Function:
    does = row.text("does")
    if does not in DOES:
        raise row.wrong("does", f"{does!r} is not known", f"use one of {', '.join(DOES)}")
    basis, clause = row.choice("basis", Basis), row.text_or("clause", "")
    check_clause(row, basis, clause)
    return Function(row.text("code"), does, row.text("name"), row.text("name_en"), basis, clause)


def _read_departments(path: Path) -> dict[str, Department]:
    specialties = code_table("specialties").codes
    catalogue = {}
    for code, values in toml_file(path).values.get("department", {}).items():
        row = Row(path.name, f"department.{code}", values)
        department = Department(
            code=code,
            name=row.text("name"),
            name_en=row.text("name_en"),
            specialty=row.text_or("specialty", ""),
            is_office=row.yes("is_office"),
            is_emergency=row.yes("is_emergency"),
            has_clinic=row.yes("has_clinic"),
            location=row.text_or("location", ""),
        )
        if not department.is_office and department.specialty not in specialties:
            raise row.wrong(
                "specialty", f"{department.specialty!r} is no 诊疗科目", "use a code of codes/specialties.toml"
            )
        row.done()
        catalogue[code] = department
    return catalogue


def _template(row: Row, catalogue: dict[str, Department]) -> tuple[Department, ...]:
    codes, location = row.texts("departments"), row.text_or("location", "")
    for code in codes:
        if code not in catalogue:
            raise row.wrong("departments", f"no department {code!r}", "define it as [department.…] or name another")
    return tuple(replace(catalogue[code], location=location or catalogue[code].location) for code in codes)
