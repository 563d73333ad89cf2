"""The packs that are shipped: a city, a province, the nation, and which of them rests on which.

`pack.toml` beside a pack's `policy/` says its name and, with `rests_on`, whose rows hold where it says nothing.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fenji.rulebook.errors import RulebookError
from fenji.rulebook.toml_file import TomlFile

CITIES = Path(__file__).resolve().parent.parent / "cities"
FIELDS = {"name", "name_en", "rests_on", "is_city"}


@dataclass(frozen=True)
class Pack:
    """`rests_on` is the code of the pack below, "" for none. A pack that is no city is only rested on."""

    code: str
    name: str
    name_en: str
    rests_on: str
    is_city: bool


def read_pack(folder: Path) -> Pack:
    """The pack in a folder; without `pack.toml` it rests on nothing, named as its folder. Raises RulebookError."""
    file = folder / "pack.toml"
    if not file.exists():
        return Pack(folder.name, folder.name, folder.name, "", is_city=True)
    parsed = TomlFile(file)
    for field in sorted(set(parsed.data) - FIELDS):
        raise parsed.error(
            f"不认识的字段 {field}", table="", field=field, expected="、".join(sorted(FIELDS)), remedy="删去或改名"
        )
    for field in ("name", "name_en"):
        if not isinstance(parsed.data.get(field), str) or not parsed.data[field].strip():
            raise parsed.error(f"缺少 {field}", table="", field=field, expected="名称", remedy="补上")
    rests_on, is_city = parsed.data.get("rests_on", ""), parsed.data.get("is_city", True)
    if not isinstance(rests_on, str) or not isinstance(is_city, bool):
        raise parsed.error(
            "rests_on 或 is_city 写得不对",
            table="",
            field="rests_on",
            expected='rests_on 为资料包代码，如 "china"；is_city 为 true 或 false',
            remedy="改正，或删去",
        )
    return Pack(folder.name, parsed.data["name"], parsed.data["name_en"], rests_on, is_city)


def layers_of(folder: Path, packs: Path = CITIES) -> list[tuple[Pack, Path]]:
    """The packs a folder's policy is laid together from, nation first, the folder's own last. Raises RulebookError."""
    found = [(read_pack(folder), folder)]
    while base := found[0][0].rests_on:
        below = packs / base
        if base in {pack.code for pack, _ in found}:
            raise _wrong_base(found[0][1], base, "转了一圈又回到自己", "改成上一级，最底层不写 rests_on")
        if not (below / "policy").is_dir():
            raise _wrong_base(found[0][1], base, "没有这个资料包", f"改成 {'、'.join(_codes(packs))} 之一")
        found.insert(0, (read_pack(below), below))
    return found


@cache
def available_packs() -> tuple[Pack, ...]:
    """Every shipped pack with a policy, by code."""
    return tuple(read_pack(CITIES / code) for code in _codes(CITIES))


def available_policies() -> tuple[Pack, ...]:
    """The shipped cities whose policy can be loaded, compared and checked."""
    return tuple(pack for pack in available_packs() if pack.is_city)


def _codes(packs: Path) -> list[str]:
    return sorted(path.parent.name for path in packs.glob("*/policy") if path.is_dir())


def _wrong_base(folder: Path, base: str, problem: str, remedy: str) -> RulebookError:
    file = folder / "pack.toml"
    return TomlFile(file).error(
        f"rests_on = “{base}”：{problem}", table="", field="rests_on", expected="已有资料包的代码", remedy=remedy
    )
