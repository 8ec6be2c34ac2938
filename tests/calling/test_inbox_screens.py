"""收件箱 in the browser's eyes: the bell, the page, reading, and what others may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anlan.accounts.services.deputies import deputy_set
from anlan.calling import queries
from anlan.calling.models import Notice
from anlan.platform.clock import frozen
from calling.factories import close, local, order, run
from inspection.factories import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _that_morning() -> Iterator[None]:
    with frozen(local(21, 10)):
        yield


def page(client, path: str = "/inbox") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_counts_and_falls_silent_once_read(world: World) -> None:
    order(world, major=True)
    run(local(21, 9))
    client = world.client("leader")
    assert 'aria-label="收件箱，1 条未读"' in page(client, "/")
    number = queries.notice_list(world.scope["leader"]).items[0].id
    answer = client.post("/inbox/read", {"id": number}, follow=True)
    assert "已标记1条通知为已读。" in answer.content.decode()
    assert 'aria-label="收件箱"' in page(client, "/")


def test_unread_and_all_are_two_lists(world: World) -> None:
    order(world, major=True)
    run(local(21, 9))
    client = world.client("leader")
    number = queries.notice_list(world.scope["leader"]).items[0].id
    client.post("/inbox/read", {"id": number})
    assert "没有未读通知" in page(client)
    everything = page(client, "/inbox?state=all")
    assert "测试甲机械有限公司：车间安全出口堆放杂物" in everything
    assert "2026-03-21 10:00 周正已阅" in everything


def test_reading_and_going_to_the_matter_is_one_button(world: World) -> None:
    key = order(world, major=True)
    run(local(21, 9))
    client = world.client("leader")
    number = queries.notice_list(world.scope["leader"]).items[0].id
    answer = client.post("/inbox/read", {"id": number, "go": "1"})
    assert (answer.status_code, answer.url) == (302, f"/inspection/hazards/{key}")
    assert queries.unread_count(world.scope["leader"]) == 0


def test_looking_changes_nothing(world: World) -> None:
    order(world)
    run(local(21, 9))
    client = world.client("town")
    number = queries.notice_list(world.scope["town"]).items[0].id
    body = page(client, f"/inbox/{number}")
    assert "2026-03-21提醒：1件事项" in body
    assert "已逾期1天（期限2026-03-20），请立即办理。" in body
    assert queries.unread_count(world.scope["town"]) == 1


def test_a_digest_lists_only_what_still_waits(world: World) -> None:
    key = order(world)
    run(local(21, 9))
    client = world.client("town")
    number = queries.notice_list(world.scope["town"]).items[0].id
    close(world, key, local(21, 9, 30))
    assert "所列事项均已办结或变更" in page(client, f"/inbox/{number}")


def test_everything_shown_is_read_by_one_button(world: World) -> None:
    for _ in range(2):
        order(world, major=True)
    run(local(21, 9))
    client = world.client("leader")
    newest = queries.notice_list(world.scope["leader"]).items[0].id
    assert f'name="until" value="{newest}"' in page(client)
    client.post("/inbox/read-all", {"until": newest})
    assert queries.unread_count(world.scope["leader"]) == 0


def test_anothers_notice_is_not_there(world: World) -> None:
    order(world, major=True)
    run(local(21, 9))
    number = queries.notice_list(world.scope["leader"]).items[0].id
    for role in ("admin", "town", "enterprise", "other_town"):
        client = world.client(role)
        assert client.get(f"/inbox/{number}").status_code == 404
        assert client.post("/inbox/read", {"id": number}).status_code == 404
        client.post("/inbox/read-all", {"until": number})
    assert Notice.objects.get(pk=number).read_at is None


def test_strangers_are_sent_to_the_login(client) -> None:
    for path in ("/inbox", "/inbox/1"):
        assert client.get(path).url == f"/login?next={path}"
    for path in ("/inbox/read", "/inbox/read-all"):
        assert client.post(path).url == f"/login?next={path}"
        assert client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("path", "message"),
    [("/inbox?after=x", "翻页位置“x”无效"), ("/inbox?after=%C2%B2", "翻页位置“²”无效")],
)
def test_a_mistyped_address_is_told(world: World, path: str, message: str) -> None:
    answer = world.client("town").get(path)
    assert (answer.status_code, answer.context["error"].code) == (422, "calling.inbox.cursor")
    assert message in answer.content.decode()


@pytest.mark.parametrize("ids", [[], list(range(1, 202))])
def test_none_or_too_many_chosen_is_told(world: World, ids: list[int]) -> None:
    answer = world.client("town").post("/inbox/read", {"id": ids})
    assert (answer.status_code, answer.context["error"].code) == (422, "calling.notice.ids_missing")
    assert "没有选定通知，请选定至少一条、至多200条后再标记已读。" in answer.content.decode()


def test_a_deputy_is_told_of_the_post_of_whoever_is_on_leave(world: World) -> None:
    county = world.county
    order(world, major=True)
    run(local(21, 9))
    values = {
        "post_id": county.post["leader"], "person_id": county.person["enforcement"], "starts_on": "2026-03-21",
        "until_on": "2026-03-25", "reason": "出差",
    }  # fmt: skip
    deputy_set(scope=county.scope["admin"], values=values, now=local(21, 9, 30))
    client = world.client("enforcement")
    body = page(client)
    assert 'aria-label="收件箱，1 条未读"' in body
    assert "（代 周正）有 1 条未读通知。" in body
    client.post("/posts/switch", {"post": county.post["leader"], "next": "/inbox"})
    assert "测试甲机械有限公司：车间安全出口堆放杂物" in page(client)
