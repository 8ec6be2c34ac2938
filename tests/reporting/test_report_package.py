"""The package that proves a report: what fits, and every way of changing it that is found. No database."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.package import canonical, package_make, package_read, row_digest
from anlan.reporting.reports.proof import package_check

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw().hex()
ROWS = [["inspection.hazard/a", 4, "e1", "aa", "YH-1"], ["inspection.hazard/b", 2, "e2", "bb", "YH-2</script>"]]


def package(**more: Any) -> bytes:
    numbers = [
        {"id": 1, "name": "隐患.排查", "text": "2", "of": [0, 1], "sentence": "发现隐患2处。", "kind": "ledger"},
        {"id": 2, "name": "收缴罚款", "text": "×", "of": [], "sentence": "罚款×万元", "kind": "blank"},
    ]
    figures = {
        "region": "331003", "region_name": "黄岩区", "period": "2019年", "made_at": "2026-11-24", "node": "", "key": PUBLIC,
        "numbers": numbers, "rows": ROWS,
        "subjects": {"inspection.hazard": "隐患"}, **more,
    }  # fmt: skip
    return package_make(b"PK document", figures, KEY.sign)


def rewritten(data: bytes, part: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as held, zipfile.ZipFile(out, "w") as made:
        for name in held.namelist():
            made.writestr(name, change(held.read(name)) if name == part else held.read(name))
    return out.getvalue()


def codes(data: bytes, key: str = "") -> list[str]:
    return [fault.code for fault in package_check(data, key)]


def test_a_package_as_it_was_made_fits() -> None:
    assert codes(package()) == codes(package(), PUBLIC.upper()) == []
    assert package() == package()
    assert [number["digest"] for number in package_read(package())["numbers"]] == [row_digest(ROWS), row_digest([])]


def test_the_digest_of_a_number_holds_every_row_in_any_order_and_no_title() -> None:
    assert row_digest(ROWS) == row_digest(ROWS[::-1]) == row_digest([row[:4] for row in ROWS])
    for n, value in enumerate(("inspection.hazard/c", 5, "e9", "cc")):
        other = [list(ROWS[0]), ROWS[1]]
        other[0][n] = value
        assert row_digest(other) != row_digest(ROWS)
    assert row_digest(ROWS[:1]) != row_digest(ROWS)


def test_a_changed_document_is_found() -> None:
    assert codes(rewritten(package(), "report.docx", lambda held: held + b"x")) == ["reporting.package.differs"]


def test_a_changed_number_is_found_whatever_is_mended_with_it() -> None:
    def lower(held: bytes) -> bytes:
        figures = json.loads(held)
        figures["numbers"][0]["text"] = "1"
        return canonical(figures)

    faults = codes(rewritten(package(), "figures.json", lower))
    assert set(faults) == {"reporting.package.differs", "reporting.package.signature"}


def test_a_row_taken_out_is_found_at_its_number() -> None:
    def fewer(held: bytes) -> bytes:
        figures = json.loads(held)
        figures["numbers"][0]["of"] = [0]
        return canonical(figures)

    assert "reporting.package.number" in codes(rewritten(package(), "figures.json", fewer))


def test_a_page_that_says_something_else_is_found() -> None:
    def lower(held: bytes) -> bytes:
        return held.replace("发现隐患2处".encode(), "发现隐患1处".encode())

    assert codes(rewritten(package(), "index.html", lower)) == ["reporting.package.differs"]


def test_spaces_put_into_the_figures_are_found() -> None:
    faults = codes(rewritten(package(), "figures.json", lambda held: json.dumps(json.loads(held), ensure_ascii=False).encode()))
    assert {"reporting.package.rewritten", "reporting.package.signature"} <= set(faults)


def test_another_server_is_told_by_its_key() -> None:
    assert codes(package(), "00" * 32) == ["reporting.package.key"]
    assert codes(package(key="zz")) == ["reporting.package.signature"]
    assert codes(rewritten(package(), "figures.sig", lambda held: b"00" * 64)) == ["reporting.package.signature"]
    assert codes(rewritten(package(), "figures.sig", lambda held: b"no hex")) == ["reporting.package.signature"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"PK\x03\x04", rewritten(package(), "figures.json", lambda held: b"[]"),
        rewritten(package(), "figures.json", lambda held: b"{}"), rewritten(package(), "figures.json", lambda held: b"\xff"),
        rewritten(package(), "figures.json", lambda held: canonical({**json.loads(held), "format": "anlan-report/9"})),
        rewritten(package(), "figures.json", lambda held: canonical({**json.loads(held), "rows": [[1]]})),
    ],
)  # fmt: skip
def test_what_is_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        package_check(data)
    assert refused.value.code == "reporting.package.unreadable"


@pytest.mark.parametrize("of", [[9], ["0"], None, [[0]]])
def test_numbers_that_name_rows_that_are_not_there_are_faults(of: Any) -> None:
    def odd(held: bytes) -> bytes:
        figures = json.loads(held)
        figures["numbers"][0]["of"] = of
        return canonical(figures)

    assert "reporting.package.number" in codes(rewritten(package(), "figures.json", odd))


def test_a_title_closes_no_script() -> None:
    with zipfile.ZipFile(io.BytesIO(package())) as packed:
        page = packed.read("index.html").decode()
    assert page.count("</script>") == 2 and "YH-2\\u003c/script>" in page
