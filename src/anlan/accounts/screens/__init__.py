"""Pages of accounts: login and one's own settings (`login`, `own`), administration (`people`, `bodies`, `roles`)."""

from __future__ import annotations

from django.urls import path

from anlan.accounts.screens import bodies, login, own, people, roles
from anlan.accounts.screens.login import locked_out

urlpatterns = [
    path("login", login.login_page, name="accounts-login"),
    path("login/code", login.code_page, name="accounts-login-code"),
    path("logout", login.logout_action, name="accounts-logout"),
    path("password", own.password_page, name="accounts-password"),
    path("posts", own.posts_page, name="accounts-posts"),
    path("posts/switch", own.post_switch, name="accounts-post-switch"),
    path("totp", own.totp_page, name="accounts-totp"),
    path("tokens", own.tokens_page, name="accounts-tokens"),
    path("people", people.people_page, name="accounts-people"),
    path("accounts/people/new", people.person_new, name="accounts-person-new"),
    path("accounts/people/<uuid:person_id>", people.person_page, name="accounts-person"),
    path("accounts/people/<uuid:person_id>/<slug:action>", people.person_action, name="accounts-person-action"),
    path("accounts/posts/<uuid:post_id>", people.post_page, name="accounts-post"),
    path("accounts/posts/<uuid:post_id>/leave", people.post_leave, name="accounts-post-leave"),
    path("accounts/organisations", bodies.organisations_page, name="accounts-organisations"),
    path("accounts/organisations/<uuid:organisation_id>", bodies.organisation_page, name="accounts-organisation"),
    path("accounts/roles", roles.roles_page, name="accounts-roles"),
    path("accounts/roles/<uuid:role_id>", roles.role_page, name="accounts-role"),
]

__all__ = ["locked_out", "urlpatterns"]
