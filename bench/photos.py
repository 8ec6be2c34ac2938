"""Photos handed in before or without content: precision and recall on drawn sets, and the look-up among 100,000.

Run: `python bench/photos.py --json [--scenes 120] [--photos 100000] [--database URL]`. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import blanks
import place
import scenes
import textures
from PIL import Image

Draw = Callable[[int], Image.Image]


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--scenes", type=int, default=120, help="scenes; each is copied in every way and taken again")
    parser.add_argument("--photos", type=int, default=100_000, help="photos in the index for the look-up")
    parser.add_argument("--database", help="postgresql://… ; default: SQLite in a temporary folder")
    asked = parser.parse_args()
    folder = place.prepare(None, asked.database)
    try:
        figures = {"bench": "photos", "database": "postgresql" if asked.database else "sqlite", **place.machine()}
        known: list[tuple[int, ...]] = []
        figures["sets"] = {}
        for name, (draw, honest) in _sets().items():
            looks, judged = judge(asked.scenes, draw, honest)
            known += looks
            figures["sets"][name] = judged
        figures |= {"empty": judge_empty(asked.scenes), "same_hazard": judge_own(asked.scenes)}
        figures |= lookup(known, asked.photos)
        print(json.dumps(figures, ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sets() -> dict[str, tuple[Draw, dict[str, Draw]]]:
    """By name: what draws a photo, and what takes the same view honestly again."""
    from anlan.demo.photos import draw

    def album(stage: str) -> Draw:
        return lambda n: Image.open(io.BytesIO(draw(n * 7919 + 5, stage))).convert("RGB")

    near = {"retake": lambda n: scenes.retake(n, 0), "retake_near": lambda n: scenes.retake(n, 0, near=True)}
    return {
        "scenes": (scenes.photo, near),
        "textures": (textures.photo, {"retake_near": lambda n: textures.retake(n, 0)}),
        "album": (album("review"), {"before": album("before")}),
    }


def judge(count: int, draw: Draw, honest: dict[str, Draw]) -> tuple[list[tuple[int, ...]], dict[str, Any]]:
    """Looks of the pictures, and how well copies are told from the same view taken again and from other pictures.

    Every copy and every picture taken again is looked up among all as in use: by look first, then laid over each other.
    """
    from anlan.platform.attachments.looks import grey_of, looks_of

    greys = [grey_of(_file(draw(n))) for n in range(count)]
    looks = [looks_of(g) for g in greys]
    place.note(f"{count} pictures drawn")
    ways = scenes.COPIES | scenes.TURNS
    hits = dict.fromkeys([*ways, *honest], 0)
    wrong = dict.fromkeys(hits, 0)
    spent: list[float] = []
    for n in range(count):
        image = draw(n)
        seen = {name: copy(image, random.Random(f"{n}/{name}")) for name, copy in ways.items()}
        seen |= {name: _file(again(n)) for name, again in honest.items()}
        for name, picture in seen.items():
            found, seconds = _found(grey_of(picture), greys, looks)
            hits[name] += n in found
            wrong[name] += len(found - {n})
            spent += seconds
    place.note(f"of {count}: {hits}, wrong: {wrong}")
    copies = sum(hits[name] for name in ways)
    taken_for_copies = sum(wrong.values()) + sum(hits[name] for name in honest)
    return looks, {
        "pictures": count,
        "recall": {name: round(hits[name] / count, 4) for name in ways},
        "recall_all": round(copies / (count * len(ways)), 4),
        "precision": round(copies / max(1, copies + taken_for_copies), 4),
        "precision_by_kind": {name: round(hits[name] / max(1, hits[name] + wrong[name]), 4) for name in ways},
        "false": {name: hits[name] for name in honest} | {"other_picture": sum(wrong.values())},
        "comparison_cpu_ms": round(statistics.median(spent) * 1000, 2),
        "comparison_cpu_ms_p95": round(sorted(spent)[int(len(spent) * 0.95)] * 1000, 2),
    }


def judge_own(count: int) -> dict[str, Any]:
    """How well copies of a hazard's own earlier photo are told from honest second photos of the same view.

    The earlier photo is of the mended place, as an enterprise sends it; second photos are as well aimed as a person can
    without a tripod, nothing having changed since, or from a little further aside.
    """
    from anlan.platform.attachments.framing import one_press
    from anlan.platform.attachments.looks import grey_of, turned

    honest = {
        "second": scenes.second,
        "retake_near": lambda n, m: scenes.retake(n, m, near=True),
        "retake": scenes.retake,
    }
    hits = dict.fromkeys([*scenes.COPIES, *scenes.TURNS, *honest], 0)
    for n in range(count):
        first = scenes.second(n, 0)
        grey = grey_of(_file(first))
        for name, copy in (scenes.COPIES | scenes.TURNS).items():
            ways = range(1, 8) if name in scenes.TURNS else (0,)
            seen = grey_of(copy(first, random.Random(n)))
            hits[name] += any(one_press(grey, turned(seen, way)) > 0 for way in ways)
        for name, again in honest.items():
            hits[name] += one_press(grey, grey_of(_file(again(n, 1)))) > 0
    place.note(f"same hazard: {hits}")
    copies = sum(hits[name] for name in (*scenes.COPIES, *scenes.TURNS))
    taken = sum(hits[name] for name in honest)
    return {
        "recall": {name: round(hits[name] / count, 4) for name in (*scenes.COPIES, *scenes.TURNS)},
        "precision": round(copies / max(1, copies + taken), 4),
        "false": {name: hits[name] for name in honest},
    }


def judge_empty(count: int) -> dict[str, Any]:
    """How well pictures without content are told from honest ones that are dark or plain."""
    from anlan.platform.attachments.content import is_empty
    from anlan.platform.attachments.looks import grey_of

    kinds = blanks.EMPTY | blanks.HONEST
    greys = {name: [grey_of(_file(draw(n))) for n in range(count)] for name, draw in kinds.items()}
    start = time.process_time()
    hits = {name: sum(is_empty(grey) for grey in held) for name, held in greys.items()}
    spent = time.process_time() - start
    place.note(f"without content: {hits}")
    told = sum(hits[name] for name in blanks.EMPTY)
    wrong = sum(hits[name] for name in blanks.HONEST)
    return {
        "recall": {name: round(hits[name] / count, 4) for name in blanks.EMPTY},
        "recall_all": round(told / (count * len(blanks.EMPTY)), 4),
        "precision": round(told / max(1, told + wrong), 4),
        "false": {name: hits[name] for name in blanks.HONEST},
        "cpu_ms": round(spent * 1000 / (count * len(kinds)), 2),
    }


def _file(image: Image.Image) -> Image.Image:
    """The picture as a phone sends it; not decoded yet, as the server reads it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return Image.open(out)


def _found(grey: Any, greys: list[Any], looks: list[tuple[int, ...]]) -> tuple[set[int], list[float]]:
    """The scenes that a picture is taken for a copy of, and the seconds of CPU each comparison took."""
    from anlan.platform.attachments.compare import degree_of
    from anlan.platform.attachments.index import FAR_TURNED
    from anlan.platform.attachments.looks import FAR, asking, distance, looks_of, turned, turned_looks
    from anlan.platform.attachments.tilt import pressed_tilted, tilted_looks

    asked = asking(looks_of(grey))
    ways, askew = turned_looks(grey), tilted_looks(grey)
    found, spent = set(), []
    for n, held in enumerate(looks):
        turns = [0] if min((distance(a, b) for a in asked for b in held), default=64) <= FAR else []
        turns += [turn for turn, look in ways.items() if any(_shares(look, b) for b in held)]
        for turn in turns:
            start = time.process_time()
            if degree_of(greys[n], turned(grey, turn)):
                found.add(n)
            spent.append(time.process_time() - start)
        near, tilt = min((distance(look, b), at) for at, look in askew.items() for b in held or (~look,))
        if n not in found and near <= FAR_TURNED:
            start = time.process_time()
            if pressed_tilted(greys[n], grey, tilt):
                found.add(n)
            spent.append(time.process_time() - start)
    return found, spent


def _shares(one: int, other: int) -> bool:
    """As index.near_turned finds them."""
    from anlan.platform.attachments.index import FAR_TURNED
    from anlan.platform.attachments.looks import distance

    return distance(one, other) <= FAR_TURNED


def lookup(known: list[tuple[int, ...]], count: int) -> dict[str, Any]:
    """Milliseconds of a look-up among `count` photos.

    Their looks are put together from quarters of the drawn scenes' looks with some bits turned, so that as many lie near
    each other as with as many drawn scenes.
    """
    from anlan.platform.attachments import index
    from anlan.platform.database import writing

    dice = random.Random(7)
    flat = [look for looks in known for look in looks]
    start = time.perf_counter()
    for first in range(0, count, 5000):
        with writing():
            numbers = range(first, min(count, first + 5000))
            index.put((f"{n:064x}", tuple(_mixed(dice, flat) for _ in range(11))) for n in numbers)
    filled = time.perf_counter() - start
    _settle()
    times, busy, found = [], [], []
    for n in range(200):
        asked = tuple(dice.choice(known)[:1]) if n % 2 else (_mixed(dice, flat),)
        begin, cpu = time.perf_counter(), time.process_time()
        found.append(len(index.near(asked, without="")))
        index.near_turned({turn: _mixed(dice, flat) for turn in range(1, 8)}, without="")
        index.near_turned({(0, d): _mixed(dice, flat) for d in (-4.0, -2.0, 2.0, 4.0)}, without="")
        times.append((time.perf_counter() - begin) * 1000)
        busy.append((time.process_time() - cpu) * 1000)
    times.sort()
    return {
        "photos": count,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "fill_per_second": round(count / filled),
        "lookup_ms_median": round(times[len(times) // 2], 2),
        "lookup_ms_p95": round(times[int(len(times) * 0.95)], 2),
        "lookup_ms_most": round(times[-1], 2),
        "lookup_cpu_ms_median": round(statistics.median(busy), 2),
        "near_mean": round(statistics.mean(found), 1),
    }


def _mixed(dice: random.Random, looks: list[int]) -> int:
    """A look of quarters of four scenes; of its bits 15 in 100 are turned."""
    turned = sum(1 << n for n in range(64) if dice.random() < 0.15)
    return turned ^ sum(dice.choice(looks) & (0xFFFF << shift) for shift in (0, 16, 32, 48))


def _settle() -> None:
    """Tell the planner what was filled in, as its own upkeep does in time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE attachment_looks")


if __name__ == "__main__":
    main()
