from django.apps import AppConfig


class StaysConfig(AppConfig):
    name = "fenji.apps.stays"
    label = "stays"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fenji.apps.registry.closing import enrol
        from fenji.apps.stays import closing

        enrol(closing.hanging, closing.settle)
