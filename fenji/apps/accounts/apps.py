from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "fenji.apps.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from fenji.apps.accounts import trail  # noqa: F401  (its receivers)
