"""NATS servers of nodes, started from the configuration that `anlan node broker` prints, and a line that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from own_postgres import free_port

from anlan.platform import clock
from anlan.platform.rules.broker import Below, config
from exchange.nodes import NodeProcess

SERVER = shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
PASSWORD = "geheim"


class Server:
    """One nats-server of a node with this region prefix."""

    def __init__(self, folder: Path, own: str, *, leaf: Sequence[int] = (), below: Sequence[str] = ()) -> None:
        """`leaf`: ports at which the parent is reached. `below`: region prefixes of nodes that may connect."""
        folder.mkdir(parents=True)
        self.own, self.port, self.leaf_port = own, free_port(), free_port()
        self.address = f"nats://anlan:{PASSWORD}@127.0.0.1:{self.port}"
        self._text = config(own, leaf=bool(leaf), below=[Below(one) for one in below], store=str(folder / "js"))
        self._text = self._text.replace("127.0.0.1:4222", f"127.0.0.1:{self.port}")
        self._text = self._text.replace("0.0.0.0:7422", f"127.0.0.1:{self.leaf_port}")
        self._file, self.log = folder / "nats.conf", folder / "nats.log"
        self._secrets = {f"ANLAN_NATS_{b}": f"{PASSWORD}-{b}" for b in below} | {
            "ANLAN_NATS_OWN": PASSWORD,
            "ANLAN_NATS_PARENT": ", ".join(f'"nats://n{own}:{PASSWORD}-{own}@127.0.0.1:{port}"' for port in leaf),
            "ANLAN_NATS_ADVERTISE": f"127.0.0.1:{self.leaf_port}",
        }  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def advertise(self, port: int) -> None:
        """Name another address for leaves, e.g. that of a line which can be cut."""
        self._secrets["ANLAN_NATS_ADVERTISE"] = f"127.0.0.1:{port}"

    def add(self, text: str) -> None:
        """More lines of configuration, e.g. of a cluster."""
        self._text += text

    def rename(self, name: str) -> None:
        self._text = self._text.replace(f"server_name: anlan-{self.own}\n", f"server_name: {name}\n")

    def start(self) -> None:
        self._file.write_text(self._text)
        command = [str(SERVER), "-c", str(self._file), "-l", str(self.log)]
        self._process = subprocess.Popen(command, env={**os.environ, **self._secrets})
        until(lambda: _open(self.port), "nats-server")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, act: Callable[[Any], Any]) -> Any:
        """The result of an `async` function of a connection to this server."""
        import nats

        async def asked() -> Any:
            client = await nats.connect(self.address, allow_reconnect=False, error_cb=_quiet)
            try:
                return await act(client)
            finally:
                await client.close()

        return asyncio.run(asked())

    def messages(self, stream: str) -> int:
        """How many messages a stream holds; none while there is no such stream."""
        from nats.js.errors import NotFoundError

        async def count(client: Any) -> int:
            with contextlib.suppress(NotFoundError):
                return int((await client.jetstream().stream_info(stream)).state.messages)
            return 0

        return int(self.ask(count))


async def _quiet(error: Exception) -> None:
    pass


def _open(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def until(true: Callable[[], Any], what: str, seconds: float = 90) -> Any:
    """What a condition answers once it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what}")


class Line:
    """A TCP line to a port; `cut` ends what runs over it and lets nothing new through until `mend`."""

    def __init__(self, to: int) -> None:
        self._to, self._whole, self._open = to, threading.Event(), set[socket.socket]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._whole.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()
        for one in list(self._open):
            _end(one)

    def mend(self) -> None:
        self._whole.set()

    def end(self) -> None:
        self.cut()
        _end(self._listener)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._whole.is_set():
                    _end(near)
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self._to), 5)
                except OSError:
                    _end(near)
                    continue
                far.settimeout(None)
                self._open |= {near, far}
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(a, b), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        _end(source)
        _end(target)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


class Live:
    """A node whose clock is the machine's, as its carrier's is."""

    def __init__(self, node: NodeProcess) -> None:
        self._node = node

    def __getattr__(self, name: str) -> Any:
        self._node.now = clock.now()
        return getattr(self._node, name)

    def carry(self, address: str) -> None:
        self._node.now = clock.now()
        self._node.carrier_start(address=address)


@contextlib.contextmanager
def ending(*what: Any) -> Iterator[None]:
    """End servers and lines with the block."""
    try:
        yield
    finally:
        for one in what:
            one.kill() if isinstance(one, Server) else one.end()
