"""A story: the town, the clock that stands at ten on a Wednesday, and people who come to their browsers one by one."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser
from procrastinate.contrib.django import app

from fenji.apps.accounts.models import User
from fenji.apps.booking.models import Place
from fenji.apps.common.clock import Frozen
from fenji.apps.referrals import actions
from fenji.apps.referrals.models import Referral
from fenji.apps.residents.models import Resident
from tests.factories.world import World, resident_id
from tests.stories.person import SHOTS, Person
from tests.stories.town import make_town

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@dataclass
class Story:
    """What a story is told with."""

    world: World
    clock: Frozen
    open_browser: Callable[..., Person]
    cast: dict[str, Person] = field(default_factory=dict)

    def person(self, who: str, **context: Any) -> Person:
        """Whoever this is, logged in, at the page where their work begins. The same browser the second time."""
        if who not in self.cast:
            self.cast[who] = self.open_browser(who, **context)
            log_in(self.cast[who])
            self.cast[who].opens("/")
        return self.cast[who]

    def stranger(self) -> Person:
        """Somebody without an account."""
        return self.open_browser("stranger")

    def sent(self, place: Place | None = None, *, resident: Resident | None = None, **changes: Any) -> Referral:
        """A referral that the township doctor has sent, where the story begins later."""
        world = self.world
        form = world.form(**changes, **({"place": place.pk} if place else {}))
        whose = resident.pk if resident else resident_id(world)
        return actions.refer(whose, form, by=world.doctor, institution_id=world.township.pk)

    def later(self, at: datetime) -> None:
        """Time passes: what fell due meanwhile happens, as the worker would see to it; whose session ended logs in."""
        while actions.escalate_overdue(at=self.clock.move_to(at)):
            pass
        for person in self.cast.values():
            log_in(person)

    def worker_runs(self) -> None:
        """The jobs that wait are done."""
        worker = Thread(target=_work)  # playwright's own loop runs in this one
        worker.start()
        worker.join()


@pytest.fixture
def story(
    clock: Frozen,
    live_server: Any,
    browser: Browser,
    browser_context_args: dict[str, Any],
    request: pytest.FixtureRequest,
) -> Iterator[Story]:
    """Told in the town; at its end nobody's browser may have complained."""
    people: list[Person] = []

    def open_browser(who: str, **context: Any) -> Person:
        opened = browser.new_context(**{**browser_context_args, **context})
        people.append(Person(who, opened.new_page(), live_server.url, _shots(request.node.name)))
        return people[-1]

    yield Story(make_town(clock.at), clock, open_browser)
    for person in people:
        person.shoot()
        person.page.context.close()
    assert [problem for person in people for problem in person.problems] == []


def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
    connection.close()


def log_in(person: Person) -> None:
    """Without the form: the stories are not about passwords."""
    client = Client()
    client.force_login(User.objects.get(username=person.who))
    name = django_settings.SESSION_COOKIE_NAME
    person.page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": person.home}])


def _shots(name: str) -> Path | None:
    if SHOTS not in os.environ:
        return None
    directory = Path(os.environ[SHOTS]) / name
    directory.mkdir(parents=True, exist_ok=True)
    return directory
