"""The shape of a city's network: what the files under `network/` become once read.

Fields carry the names of the registry's tables, so that loading is copying. Codes refer to codes; nothing here is
a live object graph. Spans are half-open dates, coordinates are degrees (WGS 84), populations are persons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from fenji.cities.errors import NameNotFound
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Grade, Kind, Level, LinkKind, Tier


@dataclass(frozen=True)
class Region:
    """A city, county, zone inside a county, town or street."""

    code: str
    name: str
    name_en: str
    kind: str  # city, county, zone, town, street
    parent: str | None
    population: int
    longitude: float
    latitude: float
    basis: Basis

    @property
    def gb2260(self) -> str:
        """Six digits as on an identity card; a zone or town takes those of its county."""
        return self.code[:6]


@dataclass(frozen=True)
class Attribute:
    """A dated fact about an institution, such as its beds or a planned upgrade."""

    name: str
    value: str
    valid_from: date | None
    valid_until: date | None
    basis: Basis
    clause: str = ""


@dataclass(frozen=True)
class Department:
    """`specialty` is a code of 诊疗科目; `has_clinic` says whether residents are seen by appointment."""

    code: str
    name: str
    name_en: str
    specialty: str
    is_office: bool = False
    is_emergency: bool = False
    has_clinic: bool = False
    phone: str = ""
    duty_phone: str = ""
    location: str = ""
    valid_until: date | None = None


@dataclass(frozen=True)
class Area:
    """A town that an institution serves."""

    region: str
    basis: Basis


@dataclass(frozen=True)
class Institution:
    """`assumed` names the fields that the source does not state although it names the institution."""

    code: str
    name: str
    name_en: str
    short_name: str
    uscc: str
    kind: Kind
    ws218: str
    tier: Tier
    level: Level
    grade: Grade
    ownership: str
    is_insured: bool
    region: str
    town: str | None
    address: str
    phone: str
    longitude: float
    latitude: float
    basis: Basis
    clause: str
    valid_from: date | None = None
    valid_until: date | None = None
    functions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    departments: tuple[Department, ...] = ()
    areas: tuple[Area, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def office(self) -> Department | None:
        """The coordination office (转诊协调部门); a village station and an authority have none."""
        return next((department for department in self.departments if department.is_office), None)

    def department(self, code: str) -> Department:
        return next(department for department in self.departments if department.code == code)


@dataclass(frozen=True)
class ConsortiumMember:
    institution: str
    basis: Basis
    clause: str


@dataclass(frozen=True)
class Consortium:
    """医联体; `kind` is urban_group, county_township, asset_integrated, cooperation, specialty or mch."""

    code: str
    name: str
    name_en: str
    kind: str
    lead: str
    basis: Basis
    clause: str
    valid_from: date | None
    valid_until: date | None
    members: tuple[ConsortiumMember, ...]


@dataclass(frozen=True)
class Link:
    """A typed tie, upper first; `specialties` are codes of 诊疗科目 where the tie is limited to some."""

    upper: str
    lower: str
    kind: LinkKind
    specialties: tuple[str, ...]
    basis: Basis
    clause: str
    valid_from: date | None
    valid_until: date | None


@dataclass(frozen=True)
class TeamTemplate:
    """How family-doctor teams are made up at institutions of these kinds, and how many each has."""

    kinds: tuple[Kind, ...]
    roles: tuple[Role, ...]
    teams: int
    basis: Basis
    clause: str


@dataclass(frozen=True)
class Function:
    """One line of 功能定位: what institutions of a class treat, receive or send on."""

    code: str
    does: str  # treats, receives, sends_on, supports
    name: str
    name_en: str
    basis: Basis
    clause: str


@dataclass(frozen=True)
class Network:
    """A whole city, checked: every code it mentions exists, every name means one institution."""

    city: str
    name: str
    name_en: str
    regions: tuple[Region, ...]
    institutions: tuple[Institution, ...]
    consortia: tuple[Consortium, ...]
    links: tuple[Link, ...]
    teams: tuple[TeamTemplate, ...]
    functions: tuple[Function, ...]

    @cached_property
    def _by_code(self) -> dict[str, Institution]:
        return {institution.code: institution for institution in self.institutions}

    @cached_property
    def _by_name(self) -> dict[str, Institution]:
        return {name: one for one in self.institutions for name in (one.name, one.short_name, *one.aliases)}

    @cached_property
    def _regions(self) -> dict[str, Region]:
        return {region.code: region for region in self.regions}

    def institution(self, code: str) -> Institution:
        return self._by_code[code]

    def region(self, code: str) -> Region:
        return self._regions[code]

    def named(self, name: str) -> Institution:
        """The institution a document means by `name`: full name, short name or alias."""
        if name not in self._by_name:
            raise NameNotFound(name)
        return self._by_name[name]

    def inside(self, region: str) -> Iterator[Institution]:
        """Institutions of a region and of the zones within it, in the order of the files."""
        return (one for one in self.institutions if self.lies_in(one.region, region))

    def lies_in(self, inner: str, outer: str) -> bool:
        """Whether region `inner` is `outer` or a part of it."""
        at: str | None = inner
        while at is not None and at != outer:
            at = self._regions[at].parent
        return at == outer

    def lowers(self, upper: str, kind: LinkKind) -> set[str]:
        """Codes of the institutions tied below `upper` by links of this kind."""
        return {link.lower for link in self.links if link.upper == upper and link.kind == kind}

    def uppers(self, lower: str, kind: LinkKind | None = None) -> set[str]:
        """Codes of the institutions tied above `lower`, by links of this kind or of any."""
        return {link.upper for link in self.links if link.lower == lower and kind in (None, link.kind)}
