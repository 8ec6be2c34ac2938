"""A person at a browser, as far as `anlan demo check` needs one: cookies, the login form, CSRF, JSON and uploads."""

from __future__ import annotations

import http.client
import json
import re
import secrets
from typing import Any
from urllib.parse import urlencode, urlsplit

from anlan.kernel.errors import Unavailable

__all__ = ["Visitor"]

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_API = "/api/v1"
_SECONDS = 30


class Visitor:
    """One logged-in person. Every call that is not answered as expected ends the walk."""

    def __init__(self, address: str, username: str, password: str) -> None:
        """Log in through the page.

        Raises:
            Unavailable: "demo.check_failed" when the page or the login is refused.
        """
        parts = urlsplit(address)
        self._host, self._port = str(parts.hostname), parts.port or 80
        self._cookies: dict[str, str] = {}
        self.username = username
        page = self.send("GET", "/login", expect=200)
        token = _TOKEN.search(page)
        form = {"username": username, "password": password, "csrfmiddlewaretoken": token[1].decode() if token else ""}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self.send("POST", "/login", urlencode(form).encode(), headers, expect=302)

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None, *, expect: int
    ) -> bytes:
        """One request; the body of the answer.

        Raises:
            Unavailable: "demo.check_failed" with the request and what came back, for any other status.
        """
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            connection.request(method, path, body, {"Cookie": cookies, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, _, value = line.partition(";")[0].partition("=")
                self._cookies[name.strip()] = value
        except OSError as error:
            raise Unavailable("demo.check_failed", request=f"{method} {path}", reason=str(error)) from error
        finally:
            connection.close()
        if answer.status != expect:
            reason = f"{answer.status} {content[:300].decode(errors='replace')}"
            raise Unavailable("demo.check_failed", request=f"{method} {path}", reason=reason)
        return content

    def get(self, path: str, *, expect: int = 200) -> Any:
        """A GET of the API, parsed."""
        return json.loads(self.send("GET", _API + path, expect=expect))

    def post(self, path: str, values: dict[str, Any], *, expect: int = 200) -> Any:
        """A POST of the API with an idempotency key, parsed."""
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
            "Idempotency-Key": secrets.token_hex(16),
        }
        return json.loads(self.send("POST", _API + path, json.dumps(values).encode(), headers, expect=expect))

    def upload(self, picture: bytes) -> str:
        """Upload a JPEG; its hash."""
        mark = secrets.token_hex(16)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
        body = f"{head}Content-Type: image/jpeg\r\n\r\n".encode() + picture + f"\r\n--{mark}--\r\n".encode()
        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "X-CSRFToken": self._cookies.get("csrftoken", ""),
        }
        answer = self.send("POST", f"{_API}/attachments", body, headers, expect=201)
        return str(json.loads(answer)["sha256"])
