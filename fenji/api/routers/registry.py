"""Institutions, departments, the network, and who one is."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from fenji.api.callers import caller_of
from fenji.api.reading import is_storable
from fenji.api.shapes import registry as shapes
from fenji.api.shapes.common import READ, answers
from fenji.apps.common.errors import NotFound
from fenji.apps.registry import queries
from fenji.apps.registry.posts import teams_at
from fenji.apps.registry.snapshot import network

router = Router(tags=["registry"])
Word = Annotated[str, Field(max_length=40)]


@router.get("/me", response=answers(200, shapes.Me), summary="Who is calling, from which posts")
def me(request: HttpRequest) -> shapes.Me:
    caller = caller_of(request)
    user = caller.user
    return shapes.Me(
        username=user.username, name=user.name, is_program=user.is_program, office=user.office,
        posts=[shapes.post_shown(post) for post in caller.posts],
    )  # fmt: skip


@router.get("/institutions", response=answers(200, shapes.InstitutionPage), summary="Institutions of a region")
def institutions(request: HttpRequest, region: Annotated[str, Query(max_length=40)] = "") -> shapes.InstitutionPage:
    """All institutions that are open today, or those of a region (GB/T 2260 code) and of what lies in it."""
    day = timezone.localdate(caller_of(request).at)
    regions = network().regions
    if region and region not in regions:
        raise NotFound
    tops = [region] if region else [code for code, (_name, parent) in regions.items() if parent is None]
    found = [one for top in tops for one in queries.institutions_in(top, on=day)]
    return shapes.InstitutionPage(items=[shapes.institution_shown(one) for one in found])


@router.get("/institutions/{code}", response=answers(200, shapes.InstitutionDetail), summary="One institution")
def institution(request: HttpRequest, code: Word) -> shapes.InstitutionDetail:
    """By code, full name, short name or alias; with its departments and teams."""
    if not is_storable(code):
        raise NotFound
    one = queries.institution_named(code)
    day = timezone.localdate(caller_of(request).at)
    return shapes.InstitutionDetail(
        **shapes.institution_shown(one).dict(),
        departments=[shapes.department_shown(unit) for unit in queries.departments_of(one, day)],
        teams=[shapes.team_shown(team) for team in teams_at(one.pk)],
    )


@router.get("/network", response=answers(200, shapes.NetworkShown, READ), summary="Who refers to whom")
def whole_network(request: HttpRequest, county: Annotated[str, Query(max_length=40)] = "") -> shapes.NetworkShown:
    """Institutions, ties and consortia that hold today; with `county` those of the county and what is tied to it."""
    if county and county not in network().regions:
        raise NotFound
    page = queries.links_for_network_page(timezone.localdate(caller_of(request).at), county=county or None)
    nodes = {node.id: node for _region, some in page.counties for node in some}
    every = network().nodes
    return shapes.NetworkShown(
        institutions=[
            shapes.NodeShown(
                code=one.code, name=one.name, tier=one.tier, level=one.level, kind=one.kind, county=one.county,
                longitude=one.longitude, latitude=one.latitude, basis=one.basis,
            )
            for one in nodes.values()
        ],
        ties=[
            shapes.TieShown(
                upper=upper.code, lower=lower.code, kind=tie.kind, specialties=sorted(tie.specialties),
                basis=tie.basis, clause=tie.clause,
            )
            for upper, lower, tie in page.links
        ],
        consortia=[
            shapes.UnionShown(
                code=one.code, name=one.name, kind=one.kind, lead=every[one.lead].code,
                members=sorted(every[member].code for member in one.members), basis=one.basis, clause=one.clause,
            )
            for one in page.consortia
        ],
    )  # fmt: skip
