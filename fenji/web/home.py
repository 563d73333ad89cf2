"""The first page: straight to the desk of whoever comes in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from fenji.web import navigation


def home(request: HttpRequest) -> HttpResponse:
    """To the first place this person may open; a stranger goes to the login, or to what is public without one."""
    frame = navigation.shell_of(request)
    if frame.user is None and frame.login_href:
        return redirect(frame.login_href)
    return redirect(frame.places[0].href)
