"""Verify an Anlan journal export offline. Needs Python 3.9 or later and nothing else: python verify_export.py FILE

It checks that every entry's bytes give the hash that stands at its place in the chain, and that the chain from there
leads to the stated head. Compare that head with the one printed on the duty report of a later day. Exit 0: intact.
"""

import base64
import hashlib
import json
import sys


def digest(name, data):
    """32-byte hash of `data`."""
    return hashlib.new(name, data).digest()


def verify(document):
    """(problems, summary) of an export already parsed from JSON."""
    problems = []
    name = document["hash"]
    hashes = {}
    for chain in document["chains"]:
        blob = base64.b64decode(chain["body_hashes"])
        link = bytes.fromhex(chain["prev_hash"])
        count = len(blob) // 32
        if count != chain["last"] - chain["first"] + 1 or len(blob) % 32:
            problems.append("chain of node %s: links are missing" % chain["node"])
        for index in range(count):
            part = blob[index * 32 : index * 32 + 32]
            hashes[(chain["node"], chain["first"] + index)] = part
            link = digest(name, link + part)
        if link.hex() != chain["head"]:
            problems.append("chain of node %s: does not lead to its head" % chain["node"])
    wanted = [document["subject"]] + list(document.get("beside", []))
    papers = []
    for entry in document["entries"]:
        place = "entry %s (node %s, number %s)" % (entry["id"], entry["node"], entry["seq"])
        text_hash = bytes.fromhex(entry["text_hash"]) if entry["text_hash"] else b""
        if entry["text"] is not None and digest(name, entry["text"].encode()) != text_hash:
            problems.append(place + ": its text was altered")
        if digest(name, entry["body"].encode() + text_hash) != hashes.get((entry["node"], entry["seq"])):
            problems.append(place + ": its content is not the one in the chain")
        body = json.loads(entry["body"])
        if body.get("id") != entry["id"] or body.get("subject") not in wanted:
            problems.append(place + ": belongs to another record")
        if body.get("kind") == "platform.document.issued":
            papers.append(body["data"])
    return problems, {"subject": document["subject"], "entries": len(document["entries"]), "papers": papers}


def main():
    """Command line."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        problems, summary = verify(json.load(file))
    for problem in problems:
        print("BROKEN  " + problem)
    if not problems:
        print("INTACT  %(subject)s: %(entries)d entries, chain verified" % summary)
        print("完好    %(subject)s：履历 %(entries)d 条，链条校验通过" % summary)
    for paper in summary["papers"]:
        print("文书    %(label)s %(number)s  SHA-256 %(sha256)s" % paper)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
