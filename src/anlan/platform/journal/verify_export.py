"""Verify an Anlan journal export offline. Needs Python 3.9 or later and nothing else:

    python verify_export.py FILE [--head NODE:SEQ:HASH]... [--key HEX]

Without options it checks the file against itself: every entry's bytes give the hash at its place in the chain, the chain
leads to its head, every entry that the file claims is there, every entry that another one names is there or is listed as
not held, and the signature over all this fits. Whoever can re-write all of it can also re-write that. So compare with what
stands outside the file: --head, a head written down or printed earlier (16 or more of its hex digits), and --key, the
server's public key as its office made it known. Exit 0: nothing wrong. Exit 1: broken. Exit 2: wrong usage.
"""

import base64
import hashlib
import json
import sys

FORMAT = "anlan-journal-export/2"
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def digest(name, data):
    """32-byte hash of `data`."""
    return hashlib.new(name, data).digest()


def add(a, b):
    """Sum of two points of edwards25519 in extended coordinates (RFC 8032, 5.1.4)."""
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(n, point):
    """`n` times a point."""
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, point)
        point, n = add(point, point), n >> 1
    return total


def point_of(raw):
    """The point that 32 bytes stand for, or None (RFC 8032, 5.1.3)."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if (x & 1) != sign else x
    return (x, y, 1, x * y % P)


def signed(key, message, signature):
    """Whether `signature` is the Ed25519 signature of `message` by the public `key` (RFC 8032, 5.1.7)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    mine, theirs = point_of(key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if mine is None or theirs is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    a, b = times(s, base), add(theirs, times(h, mine))
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def statement(document):
    """What is signed: the subject, every entry claimed, those named and not held, and where each chain ends."""
    lines = [document["format"], document["hash"], document["subject"], document["exported_at"]]
    lines += ["beside %s" % name for name in document["beside"]]
    lines += ["entry %s %d %s" % (node, seq, entry) for node, seq, entry in document["claimed"]]
    lines += ["outside %s" % entry for entry in document["outside"]]
    lines += ["chain %s %d %s" % (chain["node"], chain["last"], chain["head"]) for chain in document["chains"]]
    return "\n".join(lines).encode()


def check_chains(document):
    """(problems, body hashes by place, chain hashes by place)."""
    problems, bodies, links = [], {}, {}
    for chain in document["chains"]:
        blob, link = base64.b64decode(chain["body_hashes"]), bytes.fromhex(chain["prev_hash"])
        node, first, count = chain["node"], chain["first"], len(blob) // 32
        if count != chain["last"] - first + 1 or len(blob) % 32:
            problems.append("chain of node %s: links are missing" % node)
        links[(node, first - 1)] = link
        for index in range(count):
            part = blob[index * 32 : index * 32 + 32]
            bodies[(node, first + index)] = part
            link = links[(node, first + index)] = digest(document["hash"], link + part)
        if link.hex() != chain["head"]:
            problems.append("chain of node %s: does not lead to its head" % node)
    return problems, bodies, links


def check_entries(document, bodies):
    """Problems of the entries: their bytes, and that none is missing, twice or unclaimed."""
    problems, name, places, named = [], document["hash"], [], set()
    wanted = [document["subject"]] + document["beside"]
    for entry in document["entries"]:
        place = "entry %s (node %s, number %s)" % (entry["id"], entry["node"], entry["seq"])
        text_hash = bytes.fromhex(entry["text_hash"]) if entry["text_hash"] else b""
        if entry["text"] is not None and digest(name, entry["text"].encode()) != text_hash:
            problems.append(place + ": its text was altered")
        if digest(name, entry["body"].encode() + text_hash) != bodies.get((entry["node"], entry["seq"])):
            problems.append(place + ": its content is not the one in the chain")
        body = json.loads(entry["body"])
        if body.get("id") != entry["id"] or body.get("subject") not in wanted:
            problems.append(place + ": belongs to another record")
        places.append((entry["node"], entry["seq"], entry["id"]))
        named.update([body.get("base"), body.get("after")], body.get("over", []), body.get("afters", {}).values())
    claimed = [tuple(each) for each in document["claimed"]]
    for node, seq, entry in sorted(set(claimed) - set(places)):
        problems.append("entry %s (node %s, number %s): is claimed and missing" % (entry, node, seq))
    if len(set(places)) != len(places) or len(set(claimed)) != len(claimed):
        problems.append("entries: some stand twice")
    for node, seq, entry in sorted(set(places) - set(claimed)):
        problems.append("entry %s (node %s, number %s): is not among those claimed" % (entry, node, seq))
    held = {entry for _, _, entry in places} | set(document["outside"])
    for entry in sorted(named - held - {None}):
        problems.append("entry %s: another entry stands on it, and it is missing" % entry)
    return problems


def papers_of(document):
    """What the documents issued about the subject say of themselves."""
    bodies = [json.loads(entry["body"]) for entry in document["entries"]]
    return [body["data"] for body in bodies if body.get("kind") == "platform.document.issued"]


def check_heads(heads, links):
    """(problems, the highest number by node that a head from outside the file confirms)."""
    problems, known, confirmed = [], sorted({node for node, _ in links}), {}
    for given in heads:
        node, seq, value = ([""] + given.split(":"))[-3:] if given.count(":") in (1, 2) else ("", "", "")
        node = node or (known[0] if len(known) == 1 else "")
        value = value.lower()
        if not seq.isdigit() or not 16 <= len(value) <= 64 or set(value) - set("0123456789abcdef") or not node:
            problems.append("--head %s: write NODE:SEQ:HASH with 16 or more hex digits" % given)
        elif (node, int(seq)) not in links or not links[(node, int(seq))]:
            problems.append("--head %s: this file holds no such number; export the record anew" % given)
        elif not links[(node, int(seq))].hex().startswith(value):
            problems.append("--head %s: the chain in this file is not the one that this head was taken from" % given)
        else:
            confirmed[node] = max(confirmed.get(node, 0), int(seq))
    return problems, confirmed


def verify(document, heads=(), key=None):
    """(problems, summary) of an export already parsed from JSON.

    `summary`: subject, number of entries, how many of them a head from outside confirms, whether the key did.
    """
    if document.get("format") != FORMAT:
        return ["this is not an export of the format " + FORMAT], {}
    problems, bodies, links = check_chains(document)
    problems += check_entries(document, bodies)
    more, confirmed = check_heads(heads, links)
    problems += more
    public, signature = bytes.fromhex(document["key"]), bytes.fromhex(document["signature"])
    if not signed(public, statement(document), signature):
        problems.append("signature: does not fit what the file claims")
    if key is not None and key.lower() != document["key"]:
        problems.append("--key: the file was signed with another key, " + document["key"])
    anchored = sum(1 for e in document["entries"] if e["seq"] <= confirmed.get(e["node"], 0))
    return problems, {
        "subject": document["subject"],
        "entries": len(document["entries"]),
        "outside": len(document["outside"]),
        "anchored": anchored,
        "key": key is not None,
        "papers": papers_of(document),
    }


def verdict(summary):
    """The lines that say exactly as much as was shown."""
    lines = []
    if summary["outside"]:
        lines.append("NOTE        %(outside)d entries that these name are not held by the exporting server" % summary)
        lines.append("注意        另有 %(outside)d 条被引用的履历不在导出的服务器上" % summary)
    if summary["entries"] and summary["anchored"] == summary["entries"]:
        lines.append("INTACT      %(subject)s: all %(entries)d entries unaltered since the head given" % summary)
        lines.append("完好        %(subject)s：%(entries)d 条履历自所比对的链头起未改动" % summary)
    elif summary["anchored"]:
        lines.append(
            "INTACT      %(subject)s: %(anchored)d of %(entries)d entries unaltered since the head given" % summary
        )
        lines.append("部分完好    %(subject)s：%(entries)d 条中 %(anchored)d 条自所比对的链头起未改动" % summary)
    if summary["key"]:
        lines.append("SIGNED      %(subject)s: %(entries)d entries, complete and signed with the key given" % summary)
        lines.append("签名相符    %(subject)s：履历 %(entries)d 条，齐全，由所给公钥的服务器签名" % summary)
    if not summary["anchored"] and not summary["key"]:
        lines.append("CONSISTENT  %(subject)s: %(entries)d entries agree; compared with nothing outside" % summary)
        lines.append("自洽        %(subject)s：履历 %(entries)d 条前后一致；未与文件以外的链头或公钥比对" % summary)
    for paper in summary["papers"]:
        lines.append("文书        %(label)s %(number)s  SHA-256 %(sha256)s" % paper)
    return lines


def main(arguments):
    """Command line."""
    files, heads, key, rest = [], [], None, list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("--head", "--key") and rest:
            value = rest.pop(0)
            heads, key = (heads + [value], key) if word == "--head" else (heads, value)
        else:
            files.append(word)
    if len(files) != 1 or files[0].startswith("-"):
        print(__doc__)
        return 2
    with open(files[0], encoding="utf-8") as file:
        problems, summary = verify(json.load(file), heads, key)
    for line in ["BROKEN      " + problem for problem in problems] or verdict(summary):
        print(line)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
