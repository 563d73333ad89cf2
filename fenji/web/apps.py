"""The pages as a Django app; puts the template loaders in line."""

from typing import Any, cast

from django.apps import AppConfig
from django.conf import settings
from django.template import engines

LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django_cotton.cotton_loader.Loader",
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    )
]


class WebConfig(AppConfig):
    name = "fenji.web"

    def ready(self) -> None:
        """django-cotton and template-partials each set the loaders and shut the other out: whoever is last wins.

        Here both are kept. The engine is built on first use, after this, so forgetting it is enough.
        """
        options = cast(dict[str, Any], settings.TEMPLATES[0]["OPTIONS"])
        if options.get("loaders") != LOADERS:
            options["loaders"] = LOADERS
            engines.__dict__.pop("templates", None)
            engines.__dict__["_engines"] = {}
