"""The chrome, home, figures, the desk's door and the pages of refusals."""

import shutil
from datetime import UTC, datetime

import pytest
from django.test import Client, RequestFactory

from anlan.config import home, urls
from anlan.config.contexts import CONTEXTS
from anlan.config.desk_site import desk
from anlan.platform import clock, health

ROLES = (
    "leader",
    "supervision",
    "enforcement",
    "town",
    "grid",
    "department",
    "enterprise",
    "expert",
    "auditor",
    "admin",
)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def _policy(answer):
    return dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";") if part.strip())


# --- content security policy ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_pages_outside_the_desk_keep_the_strict_policy(client_as):
    client = client_as("leader")
    for address in ("/", "/figures", "/todos", "/login", "/nowhere"):
        policy = _policy(client.get(address))
        assert policy["default-src"] == "'self'", address
        assert "script-src" not in policy, address
        assert "style-src" not in policy, address


@pytest.mark.django_db
def test_desk_alone_has_the_loosened_policy(client_as):
    policy = _policy(client_as("leader").get("/desk/jsi18n/"))
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["frame-ancestors"] == "'none'"


# --- the desk's door --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/desk/", "/desk/jsi18n/", "/desk/registry/enterprise/?q=1"])
def test_stranger_is_sent_to_the_one_login(client, address):
    answer = client.get(address)
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/desk/logout/", "/desk/password_change/", "/desk/search/?s=a", "/desk/autocomplete/", "/desk/r/1/1/", "/desk/x/"],
)
def test_routes_of_the_library_that_we_do_not_use_are_gone(client_as, address):
    client = client_as("admin")
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


@pytest.mark.django_db
def test_desk_has_no_front_page_of_its_own(client_as):
    answer = client_as("leader").get("/desk/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.django_db
def test_every_ledger_is_on_the_desk():
    from anlan.platform.catalogue import CATALOGUE

    registered = {model._meta.label for model in desk()._registry}
    ledgers = {ledger.model for ledger in CATALOGUE.ledgers.values() if ledger.id.split(".")[0] in CONTEXTS}
    assert ledgers - registered == set()


def test_no_address_is_claimed_twice():
    routes = []
    for route in urls.urlpatterns:
        # The API lists an address once per method; its own tests look after it.
        if str(route.pattern) != "api/v1/":
            inner = getattr(route, "url_patterns", None)
            routes += [str(route.pattern)] if inner is None else [f"{route.pattern}{each.pattern}" for each in inner]
    assert [route for route in sorted(set(routes)) if routes.count(route) > 1] == []


# --- home, todos, figures ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", ["/", "/todos"])
def test_everybody_has_a_home(client_as, role, address):
    answer = client_as(role).get(address)
    assert answer.status_code == 200
    assert 'aria-current="page"' in answer.content.decode()


@pytest.mark.django_db
def test_officer_sees_the_towns_and_the_enterprise_does_not(client_as):
    assert "各乡镇（街道）隐患治理" in client_as("supervision").get("/").content.decode()
    own = client_as("enterprise").get("/").content.decode()
    assert "各乡镇（街道）隐患治理" not in own
    assert "待整改" in own


@pytest.mark.django_db
def test_figures_without_the_right_are_refused(client_as, county):
    account = county.account["admin"]
    assert "inspection.view" in county.scope["admin"].rights, "the shared table of roles lets everybody view"
    request = RequestFactory().get("/figures")
    request.user, request.session = account, {}
    request.scope = type(county.scope["admin"])("p", "q", "林", frozenset(), "331003")
    assert home.figures(request).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["1999", "2027", "abc", "", "２０２６", "20260", "-1"])
def test_figures_of_an_impossible_year_are_refused_with_the_reason(client_as, year):
    with clock.frozen(NOON):
        answer = client_as("leader").get("/figures", {"year": year})
    assert answer.status_code == 422
    assert "请选择2000年至2026年" in answer.content.decode()


@pytest.mark.django_db
def test_figures_of_the_running_year_end_with_this_month(client_as):
    with clock.frozen(NOON):
        page = client_as("leader").get("/figures").content.decode()
    assert '<th class="num">11月</th>' in page
    assert '<th class="num">12月</th>' not in page
    assert page.count('<th scope="row">') == 20


@pytest.mark.django_db
def test_figures_of_a_year_gone_by_have_twelve_months(client_as):
    with clock.frozen(NOON):
        page = client_as("leader").get("/figures?year=2025").content.decode()
    assert '<th class="num">12月</th>' in page


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_missing_page_says_so_in_chinese(client, client_as):
    for visitor in (client, client_as("leader")):
        answer = visitor.get("/nowhere")
        assert answer.status_code == 404
        assert "这个页面不存在，或者不在您的管辖范围内" in answer.content.decode()


@pytest.mark.django_db
def test_post_without_token_is_refused_with_a_page_and_changes_nothing(county):
    account = county.account["leader"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/logout")
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
    assert client.session["_auth_user_id"] == str(account.pk)


def test_page_of_a_failure_needs_neither_database_nor_request():
    answer = home.failed(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "刚才的操作没有完成" in answer.content.decode()


@pytest.mark.django_db
def test_menu_and_name_are_escaped(client_as, county):
    from anlan.accounts.models import Person

    # Below the service on purpose: even a name that got in some other way must not become markup.
    Person.objects.filter(pk=county.person["leader"]).update(name="<script>alert(1)</script>")
    page = client_as("leader").get("/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


# --- a ledger with a ModelAdmin of its own ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_unfolds_own_list_still_works_in_our_frame(county, rf):
    """The escape for a ledger that names its own ModelAdmin: Unfold's list, with the scripts it needs, in our chrome."""
    from unfold.admin import ModelAdmin

    from anlan.accounts.models import Role
    from anlan.config.desk_site import DeskSite

    class Plain(ModelAdmin):
        list_display = ("label",)
        search_fields = ("label",)
        list_filter = ("drill",)
        has_view_permission = has_module_permission = lambda self, request, obj=None: True
        has_add_permission = has_change_permission = has_delete_permission = lambda self, request, obj=None: False

    site = DeskSite()
    site.register(Role, Plain)
    request = rf.get("/desk/accounts/role/")
    request.user, request.scope, request.acting, request.session = (
        county.account["admin"],
        county.scope["admin"],
        None,
        {},
    )
    page = site._registry[Role].changelist_view(request).render().content.decode()
    assert "unfold/js/alpine/alpine.js" in page
    assert 'class="al-header"' in page
    assert "系统管理员" in page


@pytest.mark.django_db
def test_lists_of_ledgers_load_none_of_unfolds_scripts(client_as):
    page = client_as("leader").get("/desk/registry/enterprise/").content.decode()
    assert "unfold/" not in page
    assert "<style" not in page
    assert "x-data" not in page


# --- a disk that is nearly full -------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "told"), [("leader", True), ("town", True), ("admin", True), ("enterprise", False)])
def test_every_page_says_that_the_disk_is_nearly_full(client_as, monkeypatch, role, told):
    client, said = client_as(role), "服务器磁盘仅剩 300 MB"
    assert said not in client.get("/").content.decode()
    monkeypatch.setattr(health.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**12, 10**12, 300 * 1024**2))
    for address in ("/", "/inbox", "/todos", "/desk/registry/enterprise/"):
        answer = client.get(address)
        assert (said in answer.content.decode()) == (told and answer.status_code == 200), address
    assert said not in Client().get("/login").content.decode()
