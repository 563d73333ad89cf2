"""For whoever operates the machine: is it well (`/health/`, public), how busy is it (`/metrics/`, not public)."""

import hmac
import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from django.db import DatabaseError, connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django_prometheus.exports import ExportToDjangoView
from procrastinate.contrib.django.models import ProcrastinateWorker

from fenji.apps.accounts import lockout
from fenji.apps.common import clock
from fenji.apps.common.errors import NotFound

SILENT_AFTER = timedelta(minutes=1)  # a worker says every ten seconds that it lives


@dataclass(frozen=True)
class Health:
    """`worker_heard_at` is None when no worker has run, or the database does not answer."""

    is_database_reachable: bool
    is_worker_alive: bool
    worker_heard_at: datetime | None

    @property
    def is_well(self) -> bool:
        return self.is_database_reachable and self.is_worker_alive


def look() -> Health:
    try:
        heard_at = ProcrastinateWorker.objects.aggregate(at=Max("last_heartbeat"))["at"]
        is_alive = heard_at is not None and clock.now() - heard_at < SILENT_AFTER
        return Health(True, is_alive, heard_at)
    except (DatabaseError, OSError):
        connection.close()
        return Health(False, False, None)


def health(request: HttpRequest) -> HttpResponse:
    """200 when database and worker are well, else 503; says nothing about anybody."""
    found = look()
    words = {
        "version": product_version(),
        "database": "reachable" if found.is_database_reachable else "unreachable",
        "worker": "alive" if found.is_worker_alive else "silent",
        "worker_heard_at": found.worker_heard_at.isoformat() if found.worker_heard_at else None,
    }
    return JsonResponse(words, status=200 if found.is_well else 503, headers={"Cache-Control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for this machine itself or with `Authorization: Bearer <FENJI_METRICS_TOKEN>`."""
    if not (_is_from_here(request) or _has_token(request)):
        raise NotFound
    response: HttpResponse = ExportToDjangoView(request)  # type: ignore[no-untyped-call]
    return response


def product_version() -> str:
    try:
        return version("fenji")
    except PackageNotFoundError:  # run from the source tree
        return "development"


def _is_from_here(request: HttpRequest) -> bool:
    """A proxy on this machine would make every caller local, so a forwarded request counts by whom it names."""
    address = lockout.address_of(request)
    if "X-Forwarded-For" in request.headers and address == request.META.get("REMOTE_ADDR"):
        return False
    return bool(address) and ipaddress.ip_address(str(address)).is_loopback


def _has_token(request: HttpRequest) -> bool:
    token = os.environ.get("FENJI_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())
