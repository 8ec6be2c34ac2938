"""The ASGI door: Django in threads, raw streams beside it, tidy ends."""

import asyncio
import logging
import threading

import pytest

from anlan.config import asgi


async def _run(application, scope, *received):
    queue, sent = list(received), []

    async def receive():
        return queue.pop(0)

    async def send(message):
        sent.append(message)

    await application(scope, receive, send)
    return sent


def _http(path):
    return {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "http_version": "1.1", "scheme": "http", "headers": [(b"host", b"testserver")],
        "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 5000),
    }  # fmt: skip


def test_django_answers_through_the_threads():
    application = asgi.Application(threads=1)
    sent = asyncio.run(
        _run(application, _http("/favicon.ico"), {"type": "http.request", "body": b"", "more_body": False})
    )
    assert (sent[0]["type"], sent[0]["status"]) == ("http.response.start", 302)
    assert (b"location", b"/static/anlan/mark.svg") in sent[0]["headers"]
    application.django.executor.shutdown()


def test_stream_bypasses_django(monkeypatch):
    async def stream(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})

    monkeypatch.setitem(asgi.STREAMS, "/events", stream)
    application = asgi.Application(threads=1)
    assert asyncio.run(_run(application, _http("/events"))) == [
        {"type": "http.response.start", "status": 204, "headers": []}
    ]


def test_end_tidies_everything_last_added_first(caplog):
    application, done = asgi.Application(threads=1), []

    def fails():
        done.append("second")
        raise OSError("gone")

    application.on_shutdown += [lambda: done.append("first"), fails, lambda: done.append("third")]
    with caplog.at_level(logging.ERROR):
        sent = asyncio.run(
            _run(application, {"type": "lifespan"}, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
        )
    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert done == ["third", "second", "first"]
    assert "gone" in caplog.text
    with pytest.raises(RuntimeError):
        application.django.executor.submit(print)


def test_requests_take_turns():
    running, most = [], []

    def inner(environ, start_response):
        running.append(1)
        most.append(len(running))
        threading.Event().wait(0.005)
        running.pop()
        return [b""]

    door = asgi.Turnstile(inner, patience=60)
    threads = [threading.Thread(target=door, args=({}, None)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_nobody_waits_for_a_long_request():
    entered, passed = threading.Event(), threading.Event()

    def inner(environ, start_response):
        if environ["name"] == "long":
            entered.set()
            assert passed.wait(60)
        else:
            passed.set()
        return [environ["name"].encode()]

    door = asgi.Turnstile(inner, patience=0.01)
    long = threading.Thread(target=door, args=({"name": "long"}, None))
    long.start()
    assert entered.wait(60)
    assert door({"name": "short"}, None) == [b"short"]
    long.join()


def test_a_request_that_fails_hands_its_turn_on():
    def inner(environ, start_response):
        raise RuntimeError

    door = asgi.Turnstile(inner, patience=60)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            door({}, None)
