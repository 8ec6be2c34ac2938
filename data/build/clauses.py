"""Build src/anlan/data/clauses.csv: the texts of the clauses that clauses_cited.csv names.

Usage: python data/build/clauses.py LAWS_FOLDER

The folder holds one Markdown file per law, `安全生产法(2021-06-10).md`: a line per paragraph, articles beginning 第…条,
items beginning （一）. Laws and regulations are not subject to copyright (著作权法 第五条).
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "src" / "anlan" / "data" / "clauses.csv"
# Prefix of our ids -> name in the file, full name as documents cite it.
LAWS = {
    "aqscf": ("安全生产法", "中华人民共和国安全生产法"),
    "xff": ("消防法", "中华人民共和国消防法"),
    "whp": ("危险化学品安全管理条例", "危险化学品安全管理条例"),
    "yjtl": ("生产安全事故应急条例", "生产安全事故应急条例"),
}
EDITIONS = {"aqscf": "2021-06-10", "xff": "2021-04-29", "whp": "2013-12-07", "yjtl": "2019-02-17"}
DIGITS = "零一二三四五六七八九"
ARTICLE = re.compile(r"第([一二三四五六七八九十百]+)条\s*(.*)")
ITEM = re.compile(r"[（(]([一二三四五六七八九十]+)[）)](.*)")


def chinese(number: int) -> str:
    """一 .. 九百九十九, as articles are numbered."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    text = f"{DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += "十" if tens == 1 and not hundreds else f"{DIGITS[tens]}十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGITS[ones] if ones else "")


def articles(text: str) -> dict[str, list[list[str]]]:
    """Article number -> its paragraphs, each a list: own text, then its items in order."""
    found: dict[str, list[list[str]]] = {}
    paragraphs: list[list[str]] = []
    for line in (raw.strip() for raw in text.splitlines()):
        if not line or line.startswith(("#", "<")):
            continue
        if match := ARTICLE.fullmatch(line):
            paragraphs = found.setdefault(match[1], [])
            paragraphs.append([match[2]])
        elif (match := ITEM.fullmatch(line)) and paragraphs:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return found


def clause_row(cited: dict[str, str], laws: dict[str, dict[str, list[list[str]]]]) -> list[str]:
    """One line of the target; fails loudly when the law does not hold what is cited."""
    law, article = cited["law"], int(cited["article"])
    paragraph, item = int(cited["paragraph"] or 0), int(cited["item"] or 0)
    paragraphs = laws[law][chinese(article)]
    if (paragraph == 0) != (len(paragraphs) == 1):
        raise SystemExit(f"{law} {article}: has {len(paragraphs)} paragraphs, cited {paragraph}")
    chosen = paragraphs[max(paragraph - 1, 0)]
    if item:
        match = ITEM.fullmatch(chosen[item])
        if match is None or match[1] != chinese(item):
            raise SystemExit(f"{law} {article}: item {item} is not where it should be")
        text = match[2].rstrip("；。;")
    else:
        text = "\n".join(chosen)
    code = f"{law}-{article}" + (f"-{paragraph}" if paragraph else "") + (f".{item}" if item else "")
    return [code, LAWS[law][1], EDITIONS[law], f"第{chinese(article)}条", str(paragraph), str(item), text]


def main() -> None:
    """Write the file and say how many clauses it holds."""
    if len(sys.argv) != 2:
        sys.exit("usage: clauses.py LAWS_FOLDER")
    folder = Path(sys.argv[1])
    laws = {
        law: articles((folder / f"{name}({EDITIONS[law]}).md").read_text(encoding="utf-8"))
        for law, (name, _) in LAWS.items()
    }
    with (HERE / "clauses_cited.csv").open(encoding="utf-8", newline="") as source:
        rows = [clause_row(cited, laws) for cited in csv.DictReader(source)]
    with TARGET.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["id", "law", "edition", "article", "paragraph", "item", "text"])
        writer.writerows(rows)
    print(f"{len(rows)} clauses, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
