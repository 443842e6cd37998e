from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import checks, passkeys  # noqa: F401  # importing the checks registers them

        passkeys.connect()
