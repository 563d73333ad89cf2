"""What lies on the caller's desk."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from fenji.api.callers import Caller, caller_of
from fenji.api.shapes import notices as shapes
from fenji.api.shapes.common import WRITE, Done, answers
from fenji.api.writing import REPEATABLE, once
from fenji.apps.notices import actions, queries
from fenji.apps.registry.posts import desks_of

router = Router(tags=["notices"])
A_PAGE = 100


@router.get("/notices", response=answers(200, shapes.NoticesShown), summary="The latest hundred")
def inbox(request: HttpRequest) -> shapes.NoticesShown:
    caller = caller_of(request)
    found = queries.inbox(caller.user.pk, _posts(caller))[:A_PAGE]
    return shapes.NoticesShown(
        items=[shapes.notice_shown(one) for one in found], unread=queries.unread_count(caller.user.pk, _posts(caller))
    )


@router.post("/notices/read", response=answers(200, Done, WRITE), openapi_extra=REPEATABLE, summary="They were read")
def read(request: HttpRequest, given: shapes.ReadIn) -> HttpResponse:
    """For everyone who shares the inbox; others' notices are left alone."""
    caller = caller_of(request)

    def perform() -> Done:
        return Done(count=actions.mark_read(given.ids, posts=_posts(caller), by=caller.user, at=caller.at))

    return once(request, given, perform)


def _posts(caller: Caller) -> list[tuple[int, int | None]]:
    return [desk for post in caller.posts for desk in desks_of(post)]
