"""Names of the exchange on a NATS server, and what its configuration must say: domain, streams, subjects, what a leaf may do.

Each node has a server of its own with JetStream, a leaf of its parent's. What a node says to a neighbour lies in a stream
on its own server; the neighbour's server takes it from there when the line is up (sources across domains).
Source: documentation of NATS 2.9 (JetStream domains, leaf nodes, stream sources); house rule (docs/howto/connect-towns.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Below", "config", "domain", "incoming", "outgoing", "subject"]

_DIGITS = (2, 4, 6, 9, 12)


def domain(span: str) -> str:
    """The JetStream domain of the node with this region prefix."""
    return f"anlan-{span}"


def outgoing(neighbour: str) -> str:
    """The stream on one's own server with what is said to a neighbour (region prefix)."""
    return f"ANLAN_OUT_{neighbour}"


def incoming(neighbour: str) -> str:
    """The stream on one's own server with what a neighbour (region prefix) said."""
    return f"ANLAN_IN_{neighbour}"


def subject(own: str, neighbour: str) -> str:
    """Where a node's turns to a neighbour are published: `anlan.<own code by level>.exchange.turn.<neighbour>`.

    The first levels are the speaker's own, so that no two nodes' streams ever listen to the same subject across a leaf.
    """
    ends = [0, *(n for n in _DIGITS if n <= len(own))]
    levels = [own[a:b] for a, b in zip(ends, ends[1:], strict=False)]
    return ".".join(["anlan", *levels, "exchange", "turn", neighbour])


@dataclass(frozen=True, slots=True)
class Below:
    """A node below: region prefix, and the environment variable of the server in which its password stands."""

    span: str

    @property
    def password(self) -> str:
        return f"$ANLAN_NATS_{self.span}"


def config(own: str, *, leaf: bool, below: Sequence[Below], store: str) -> str:
    """The text of nats-server.conf for a node.

    Args:
        own: region prefix. leaf: whether it has a node above, whose server is named by ANLAN_NATS_PARENT (address with user
            and password; NATS knows no variables within a text). store: folder of the streams.
    """
    lines = [
        f"server_name: anlan-{own}",
        "listen: 127.0.0.1:4222",
        "max_payload: 8MB",
        f'jetstream {{ store_dir: "{store}", domain: {domain(own)} }}',
        "authorization {",
        "  users: [",
        "    { user: anlan, password: $ANLAN_NATS_OWN }",
    ]
    for one in below:
        publish, hears = _leaf(own, one.span)
        lines += [
            f"    {{ user: n{one.span}, password: {one.password}, permissions: {{",
            f"        publish: {{ allow: [{_words(publish)}] }}",
            f"        subscribe: {{ allow: [{_words(hears)}] }} }} }}",
        ]
    lines += ["  ]", "}"]
    if below or leaf:
        lines.append("leafnodes {")
        if below:
            # Without "advertise" a leaf learns this server's other addresses and goes round the gateway it came through.
            lines += ["  listen: 0.0.0.0:7422", "  advertise: $ANLAN_NATS_ADVERTISE"]
        if leaf:
            lines.append('  remotes: [ { urls: [$ANLAN_NATS_PARENT], account: "$G" } ]')
        lines.append("}")
    return "\n".join(lines) + "\n"


def _leaf(own: str, span: str) -> tuple[list[str], list[str]]:
    """What may come from and go to the server of a node below: that each takes the other's stream, and nothing else.

    It can't delete or read another stream here; what it could overhear is sealed to its reader and signed.
    """
    flow = ["$JSC.R.>", "$JS.S.>"]
    mine, theirs = outgoing(span), outgoing(own)
    publish = [f"$JS.{domain(own)}.API.CONSUMER.CREATE.{mine}", f"$JS.FC.{mine}.>", *flow]
    hears = [f"$JS.{domain(span)}.API.CONSUMER.CREATE.{theirs}", f"$JS.FC.{theirs}.>", *flow]
    return publish, hears


def _words(subjects: Sequence[str]) -> str:
    return ", ".join(f'"{one}"' for one in subjects)
