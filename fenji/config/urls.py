"""Every address of the product: pages, then the JSON API; `healthz` for whoever watches the server."""

from django.urls import URLPattern, URLResolver, include, path

from fenji.config.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("fenji.api.urls")),  # first, so that a call is not compared with every page's address
    path("healthz", healthz, name="healthz"),
    path("", include("fenji.web.urls")),
]
