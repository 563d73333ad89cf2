"""Institutions, departments, the network, and who one is."""

from ninja import Schema

from fenji.apps.registry.models import Department, Institution, Membership, Team


class InstitutionShown(Schema):
    code: str
    name: str
    short_name: str
    kind: str
    tier: int
    level: str
    grade: str
    region: str
    town: str | None
    address: str
    phone: str
    longitude: float | None
    latitude: float | None
    basis: str
    clause: str


class DepartmentShown(Schema):
    id: int
    code: str
    name: str
    specialty: str
    is_office: bool
    is_emergency: bool
    phone: str
    duty_phone: str
    location: str


class TeamShown(Schema):
    id: int
    code: str
    name: str
    phone: str


class InstitutionDetail(InstitutionShown):
    departments: list[DepartmentShown]
    teams: list[TeamShown]


class InstitutionPage(Schema):
    items: list[InstitutionShown]


class NodeShown(Schema):
    code: str
    name: str
    tier: int
    level: str
    kind: str
    county: str
    longitude: float | None
    latitude: float | None
    basis: str


class TieShown(Schema):
    upper: str
    lower: str
    kind: str
    specialties: list[str]
    basis: str
    clause: str


class UnionShown(Schema):
    code: str
    name: str
    kind: str
    lead: str
    members: list[str]
    basis: str
    clause: str


class NetworkShown(Schema):
    """Who refers to whom: institutions, typed ties (upper first) and consortia, each with what it rests on."""

    institutions: list[NodeShown]
    ties: list[TieShown]
    consortia: list[UnionShown]


class PostShown(Schema):
    institution: str
    institution_name: str
    department_id: int | None
    role: str


class Me(Schema):
    username: str
    name: str
    is_program: bool
    office: str
    posts: list[PostShown]


def institution_shown(one: Institution) -> InstitutionShown:
    return InstitutionShown(
        code=one.code, name=one.name, short_name=one.short_name, kind=one.kind, tier=one.tier, level=one.level,
        grade=one.grade, region=one.region_id, town=one.town_id, address=one.address, phone=one.phone,
        longitude=one.longitude, latitude=one.latitude, basis=one.basis, clause=one.clause,
    )  # fmt: skip


def department_shown(one: Department) -> DepartmentShown:
    return DepartmentShown(
        id=one.pk, code=one.code, name=one.name, specialty=one.specialty, is_office=one.is_office,
        is_emergency=one.is_emergency, phone=one.phone, duty_phone=one.duty_phone, location=one.location,
    )  # fmt: skip


def team_shown(one: Team) -> TeamShown:
    return TeamShown(id=one.pk, code=one.code, name=one.name, phone=one.phone)


def post_shown(one: Membership) -> PostShown:
    return PostShown(
        institution=one.institution.code, institution_name=one.institution.name, department_id=one.department_id,
        role=one.role,
    )  # fmt: skip
