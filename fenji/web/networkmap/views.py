"""The network page and one page for each institution. Both are public but for telephones of the duty."""

from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from fenji.apps.common import clock
from fenji.apps.registry import queries
from fenji.apps.registry.snapshot import Snapshot, network
from fenji.kernel.tiers import LinkKind
from fenji.web.networkmap import diagram, geography, listing
from fenji.web.networkmap.institution import facts_of
from fenji.web.networkmap.outlines import outline
from fenji.web.networkmap.selection import selection_from, shown
from fenji.web.presenters.dates import local
from fenji.web.presenters.names import full_name, region_name
from fenji.web.presenters.tiers import link_words


def network_page(request: HttpRequest) -> HttpResponse:
    """Drawing by tier, or with `view=map` the map; `county`, `consortium` and `kind` narrow both and the list."""
    at = clock.now()
    on = local(at).date()
    snapshot = network()
    chosen = selection_from(request.GET, snapshot)
    found = shown(snapshot, chosen, on=on)
    names = {code: region_name(snapshot, code) for code in snapshot.regions}
    is_map = request.GET.get("view") == "map"
    context = {
        "at": at,
        "chosen": chosen,
        "is_map": is_map,
        "counties": listing.counties(snapshot, found, on=on),
        "count": len(found.nodes),
        **_choices(snapshot, on),
    }
    if is_map:
        counties = sorted({node.county for node in found.nodes} - {_city(snapshot)})
        rings = {code: outline(code) for code in counties if outline(code)}
        plain = {code: name.partition(" (")[0] for code, name in names.items()}  # Yangchun City, its rank left out
        context["map"] = geography.draw(found, rings, plain)
    else:
        context["diagram"] = diagram.draw(found, names)
    return render(request, "pages/network.html", context)


def institution_page(request: HttpRequest, code: str) -> HttpResponse:
    at: datetime = clock.now()
    institution = queries.institution_named(code)
    facts = facts_of(institution, city=settings.CITY, on=local(at).date())
    return render(request, "pages/institution.html", {"at": at, "institution": institution, "facts": facts})


def _choices(snapshot: Snapshot, on: date) -> dict[str, list[tuple[str, str]]]:
    """Options of the three filters."""
    counties = sorted({node.county for node in snapshot.nodes.values()} - {_city(snapshot)})
    kinds = [kind for kind in LinkKind if kind != LinkKind.VILLAGE]
    return {
        "county_options": [(code, region_name(snapshot, code)) for code in counties],
        "consortium_options": [(union.code, full_name(union)) for union in snapshot.unions if union.holds_on(on)],
        "kind_options": [(kind.value, link_words(kind)) for kind in kinds],
        "view_options": [("", _("按层级")), ("map", _("按地图"))],
    }


def _city(snapshot: Snapshot) -> str:
    return next((code for code, (_name, parent) in snapshot.regions.items() if parent is None), "")
