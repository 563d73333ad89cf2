"""Every address of the product: pages, then the JSON API; `healthz` for whoever watches the server."""

from django.urls import URLPattern, URLResolver, include, path

from fenji.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("fenji.web.urls")),
    path("api/", include("fenji.api.urls")),
    path("healthz", healthz, name="healthz"),
]
