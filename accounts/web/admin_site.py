"""The staff site: Django's own admin, with sign-in through allauth only."""

from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from accounts.web.admin_base import ScopedModelAdmin


class StaffSite(AdminSite):
    site_title = _("Road maps")
    site_header = _("Road maps")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in whoever is signed in; the policy decides what they see."""
        return request.user.is_active

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register only screens that ask the policy; libraries bring others, for tokens, addresses and passkeys."""
        from accounts.web.admin_base import ScopedModelAdmin

        if admin_class is not None and issubclass(admin_class, ScopedModelAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def screens(self) -> "list[ScopedModelAdmin[Any]]":
        """Return every screen, those of the navigation first and in its order."""
        screens: list[Any] = list(self._registry.values())
        return sorted(screens, key=lambda screen: (screen.menu is None, screen.menu_item.place if screen.menu else ()))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the four addresses of the site that its pages use, and those of every screen.

        The library's others have none: a redirect to any record by its key, autocompletes, the index of an app.
        """
        own: list[URLPattern | URLResolver] = [
            path("", self.admin_view(self.index), name="index"),
            path("login/", self.login, name="login"),
            path("logout/", self.admin_view(self.logout), name="logout"),
            path("jsi18n/", self.admin_view(self.i18n_javascript, cacheable=True), name="jsi18n"),
        ]
        screens = self._registry.items()
        return own + [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(screen.get_urls()))
            for model, screen in screens
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return nothing: the navigation is the desk's, and an app has no page of its own."""
        return []

    def index(self, request: HttpRequest, extra_context: object = None) -> Any:
        return redirect("desk:home")

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return secure_admin_login(super().login)(request, extra_context)

    def logout(self, request: HttpRequest, extra_context: object = None) -> Any:
        return redirect("account_logout")
