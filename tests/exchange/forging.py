"""What a stolen or rebuilt machine could send: turns made by hand, with its real keys. Run inside its process (`run`)."""

from __future__ import annotations

from typing import Any

from exchange.nodes import NodeProcess

_FORGE = """
import uuid
from base64 import b64encode
import orjson
from anlan.kernel.entry import body_hash, chain_hash, text_hash
from anlan.platform import clock
from anlan.platform.exchange import keys, parts, turn
from anlan.platform.journal import node

link, moment = turn.link_of(key), int(clock.now().timestamp() * 1000)

def head(chain, seq, digest, **more):
    signature = keys.sign(keys.head_statement(chain, seq, digest))
    data = {"seq": seq, "hash": digest.hex(), "key": keys.public_key(), "region": node.own().region}
    return {"type": "cn.anlan.head", "source": "/nodes/" + chain, "id": f"{chain}:{seq}",
            "data": data | {"signature": b64encode(signature).decode()} | more}

def run(chain, bodies, stubs=False):
    \"\"\"A chain of its own from number 1: members of bodies over what every body has.\"\"\"
    lines, digest = [], b""
    for seq, members in enumerate(bodies, 1):
        own = {"id": str(uuid.UUID(int=(moment << 80) | (7 << 76) | (2 << 62) | uuid.uuid4().int >> 70)), "node": chain,
               "hlc": f"{(moment << 16) + seq:016x}", "wall": moment, "region": node.own().region}
        text = members.pop("_text", None)
        made = orjson.dumps({k: v for k, v in (own | members).items() if v is not None}, option=orjson.OPT_SORT_KEYS)
        kept = text_hash(text.encode()) if text else None
        hashed = body_hash(made, kept)
        digest = chain_hash(digest, hashed)
        said = {"body_hash": b64encode(hashed).decode()} if stubs else {"body": made.decode()}
        if text:
            said |= {"text": text, "text_hash": b64encode(kept).decode()}
        lines.append({"type": "cn.anlan.stub" if stubs else "cn.anlan.entry", "source": "/nodes/" + chain,
                      "id": (own | members)["id"], "sequence": str(seq), "data": said})
        bodies[seq - 1] = own | members | {"_made": made.decode()}
    return [*lines, head(chain, len(bodies), digest)]

def fill(chain, bodies):
    return [{"type": "cn.anlan.fill", "source": "/nodes/" + chain, "id": one["id"], "sequence": str(seq),
             "data": {"body": one["_made"]}} for seq, one in enumerate(bodies, 1)]

def header(**more):
    line = orjson.loads(turn._header(link, now=clock.now(), want=(), more=False, vault=0))
    line["data"] |= more
    return line

def sealed(*lines):
    return parts.seal_part([one if isinstance(one, bytes) else orjson.dumps(one) for one in lines], link.box_key)
"""


def forged(sender: NodeProcess, receiver: NodeProcess, source: str, **given: Any) -> bytes:
    """The bytes that `source` leaves in `answer`, made with the sender's keys for the receiver."""
    return bytes(sender.run(source=_FORGE + source, key=receiver.key, **given))
