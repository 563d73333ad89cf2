"""Lists of referrals at every desk: the tab one is on, late ones on top, no column that says the same in each row."""

import re
from datetime import timedelta

import pytest
from django.conf import settings

from fenji.apps.common.clock import Frozen
from fenji.apps.referrals.models import Referral
from fenji.kernel.referral import State
from tests.factories.journey import reach
from tests.factories.world import World, make_world
from tests.web.entrance import client_of, text

TEMPLATES = settings.PACKAGE / "web" / "templates"
COMPARED = re.compile(r""" :[\w-]+="[^"]*(?:[=<>!]=| and | or | not )[^"]*\"""")
CURRENT = re.compile(r'<a href="\?(\S+)" aria-current="page"')


@pytest.fixture
def world(db: None, clock: Frozen) -> World:
    return make_world(clock.at)


def test_no_component_is_given_a_comparison() -> None:
    """An attribute of a component is a value; a comparison would be nothing, in silence."""
    assert COMPARED.search("<c-tab :current=\"show == 'open'\">")
    found = [path.name for path in TEMPLATES.rglob("*.html") if COMPARED.search(path.read_text("utf-8"))]
    assert found == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "address", "tab"),
    [
        ("doctor", "/family-doctor/sent/", "show=open"), ("doctor", "/family-doctor/sent/?show=all", "show=all"),
        ("doctor", "/family-doctor/received/?show=odd", "show=open"), ("office", "/office/sent/", "show=open"),
        ("office", "/office/", "tray=new"), ("office", "/office/?tray=here", "tray=here"),
    ],
)  # fmt: skip
def test_the_tab_one_is_on_is_marked_and_no_other(world: World, who: str, address: str, tab: str) -> None:
    assert CURRENT.findall(text(client_of(world, who).get(address))) == [tab]


@pytest.mark.django_db
def test_of_what_was_sent_the_most_overdue_stands_first(world: World, clock: Frozen) -> None:
    late, calm = reach(world, State.SENT), reach(world, State.ACCEPTED)
    Referral.objects.filter(pk=late.pk).update(
        due_at=clock.at - timedelta(days=2), created_at=clock.at - timedelta(days=4)
    )
    page = text(client_of(world, "doctor").get("/family-doctor/sent/"))
    assert re.findall(r"/referrals/([\w-]{36})/", page) == [str(late.pk), str(calm.pk)]


@pytest.mark.django_db
def test_the_own_house_is_not_said_in_every_row(world: World) -> None:
    reach(world, State.RETURNED)
    doctor = client_of(world, "doctor")
    sent, received = (text(doctor.get(f"/family-doctor/{side}/?show=all")) for side in ("sent", "received"))
    assert ("<th>转出</th>" in sent, "<th>接收</th>" in sent) == (False, True)
    assert ("<th>转出</th>" in received, "<th>接收</th>" in received) == (True, False)
