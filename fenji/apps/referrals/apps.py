from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "fenji.apps.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fenji.apps.referrals import closing
        from fenji.apps.registry.closing import enrol

        enrol(closing.hanging, closing.settle)
