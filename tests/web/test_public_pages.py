"""What is open to a stranger is a list; every other address sends him to the login or does not exist for him."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from fenji.web.accounts.urls import urlpatterns as accounts
from fenji.web.urls import urlpatterns as pages

pytestmark = pytest.mark.django_db

# Each with the reason why a stranger may see it.
PUBLIC = {
    "home": "leads to the login",
    "set_language": "changes a cookie",
    "account_login": "",
    "account_inactive": "says nothing about anybody",
    "demonstration_login": "404 outside the demonstration, tested with the login",
    "health": "for the load balancer, says nothing about anybody",
    "healthz": "the same for the supervisor",
    "metrics": "only from this machine, tested with the administration",
    "network": "the network is a published document",
    "policy": "the policy is a published document",
    "policy_rule": "the same, one rule of it",
    "status": "asks for slip number and birth date, tested with the slip",
    "status_of": "asks for the birth date, tested with the slip",
    "components": "only in a demonstration",
    "published": "figures of institutions without small counts, tested with the commission",
}
SAMPLES = {"int": "1", "slug": "x", "str": "x", "uuid": "00000000-0000-0000-0000-000000000001", "path": "x"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[tuple[str, str]]:
    """Name and a sample address of every page; the API has its own answers and tests."""
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.namespace is None:
                yield from addresses(pattern.url_patterns, path)
        else:
            for name, converter in pattern.pattern.converters.items():
                kind = next(
                    kind for kind in SAMPLES if kind in type(converter).__name__.lower().replace("string", "str")
                )
                path = path.replace(f"<{kind}:{name}>", SAMPLES[kind]).replace(f"<{name}>", SAMPLES[kind])
            yield str(pattern.name), path


ALL = dict(addresses(list(pages)))


def test_the_list_is_of_pages_that_were_walked() -> None:
    assert len(ALL) > len(accounts)
    assert not any("<" in path for path in ALL.values()), ALL


@pytest.mark.parametrize("name", sorted(set(ALL) - set(PUBLIC)))
def test_a_stranger_sees_nothing_of_it(name: str, client: Client) -> None:
    answers = [client.get(ALL[name]), client.post(ALL[name])]
    for answer in answers:
        leads_to_login = answer.status_code == 302 and answer["Location"].startswith("/login/")
        assert leads_to_login or answer.status_code in {401, 403, 404, 405}, (ALL[name], answer.status_code)


@pytest.mark.parametrize("name", sorted(set(ALL) & set(PUBLIC)))
def test_what_is_public_does_not_break_for_a_stranger(name: str, client: Client) -> None:
    # no database is healthy that has no worker
    assert client.get(ALL[name]).status_code < 500 or name == "health"


def test_a_database_without_a_city_says_that_nothing_is_published_yet(client: Client) -> None:
    answer = client.get("/published/")
    assert answer.status_code == 200
    assert "还没有公布任何数字" in answer.content.decode()
