from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.policy import checks  # noqa: F401  # importing the checks registers them
        from accounts.signin import checks as signin_checks  # noqa: F401  # likewise
        from accounts.signin import signals

        signals.connect()
