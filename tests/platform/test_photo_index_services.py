"""A stored picture is found again by its copies, on both databases; the index is derived and can be made anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from PIL import Image

from anlan.platform import attachments, jobs
from anlan.platform.attachments import files, index, table
from anlan.platform.attachments.looks import VERSION
from anlan.platform.attachments.models import Attachment, AttachmentLook
from pictures import again, bubble, cropped, jpeg, photographed, scene, screenshot, smaller, tilted, trimmed

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def keep(county: Any) -> Any:
    """Stores a picture as the town's officer; its hash."""
    return lambda image, quality=88: (
        attachments.store(jpeg(image, quality), "a.jpg", scope=county.scope["town"], now=NOW).sha256
    )


def everything(keys: Any) -> list[str]:
    return list(keys)


@pytest.mark.parametrize("way", [smaller, screenshot, cropped], ids=lambda w: w.__name__)
def test_a_copy_finds_its_original_and_nothing_else(keep: Any, way: Any) -> None:
    original = keep(scene(1))
    for other in range(2, 12):
        keep(scene(other))
    twins = attachments.twins(keep(way(scene(1)), 60), everything)
    assert [twin.sha256 for twin in twins] == [original]
    assert 0.98 <= twins[0].likeness <= 1.0


@pytest.mark.parametrize("way", [smaller, screenshot, cropped, trimmed, bubble], ids=lambda w: w.__name__)
def test_a_copy_of_a_picture_full_of_fine_detail_finds_its_original(keep: Any, way: Any) -> None:
    original = keep(photographed(1))
    keep(photographed(2))
    keep(again(photographed(1), 2.0))
    assert [twin.sha256 for twin in attachments.twins(keep(way(photographed(1)), 70), everything)] == [original]


@pytest.mark.parametrize("degrees", [-4.6, -3.0, -1.2, 0.6, 2.0, 3.4, 5.0])
def test_a_copy_that_was_turned_a_little_finds_its_original(keep: Any, degrees: float) -> None:
    original = keep(photographed(1))
    keep(photographed(2))
    keep(again(photographed(1), 2.0))
    assert [twin.sha256 for twin in attachments.twins(keep(tilted(photographed(1), degrees), 70), everything)] == [original]


@pytest.mark.parametrize("degrees", [-3.0, 0.7, 2.0])
def test_a_view_taken_again_askew_is_no_copy(keep: Any, degrees: float) -> None:
    keep(photographed(1))
    assert attachments.twins(keep(tilted(again(photographed(1), 2.0), degrees), 88), everything) == []


def test_only_what_the_caller_asks_for_is_compared(keep: Any) -> None:
    keep(scene(1))
    assert attachments.twins(keep(smaller(scene(1)), 60), lambda keys: []) == []


def test_an_even_picture_is_like_no_other(keep: Any) -> None:
    keep(Image.new("RGB", (640, 480), (90, 90, 90)))
    again = keep(Image.new("RGB", (320, 240), (91, 91, 91)))
    assert attachments.twins(again, everything) == []
    assert list(AttachmentLook.objects.filter(sha256=again).values_list("place", flat=True)) == [-1]


def test_the_index_is_filled_from_the_stored_bytes(keep: Any) -> None:
    original, copy = keep(scene(1)), keep(smaller(scene(1)), 60)
    looks = index.looks_held(original)
    as_stored_before()
    AttachmentLook.objects.all().delete()
    assert attachments.twins(copy, everything) == []
    assert index.refresh() == 2
    assert index.looks_held(original) == looks
    assert [twin.sha256 for twin in attachments.twins(copy, everything)] == [original]
    assert index.refresh() == 0


def as_stored_before() -> None:
    """The pictures as an older version left them: known by the look of the whole only."""
    AttachmentLook.objects.filter(place__gt=0).delete()
    Attachment.objects.update(looked=0)


def test_pictures_of_an_older_version_are_found_by_what_it_knew_until_they_are_looked_at_anew(keep: Any) -> None:
    original, copy, trim = keep(scene(1)), keep(smaller(scene(1)), 60), keep(cropped(scene(1)))
    as_stored_before()
    assert {twin.sha256 for twin in attachments.twins(copy, everything)} >= {original}
    assert [twin.sha256 for twin in attachments.same_press(trim, [original])] == [original]
    index.refresh()
    assert {twin.sha256 for twin in attachments.twins(trim, everything)} == {original, copy}


def test_the_job_looks_at_some_in_each_run_newest_first_and_ends(keep: Any, county: Any, monkeypatch: Any) -> None:
    keys = []
    for n in range(5):
        data, later = jpeg(scene(n)), NOW + timedelta(hours=n)
        keys.append(attachments.store(data, "a.jpg", scope=county.scope["town"], now=later).sha256)
    as_stored_before()
    monkeypatch.setattr(jobs, "_PHOTOS", 2)
    said = [jobs.look_at_photos(NOW) for _ in range(4)]
    assert said == [f"补建照片比对特征 {n} 个文件。" for n in (2, 2, 1, 0)]
    as_stored_before()
    assert index.refresh(2) == 2
    assert set(Attachment.objects.filter(looked=VERSION).values_list("pk", flat=True)) == set(keys[3:])
    assert AttachmentLook.objects.filter(sha256=keys[4]).count() >= 11  # 12 where an even edge counts as a bar
    assert AttachmentLook.objects.filter(sha256=keys[0]).count() == 1


def test_bytes_that_are_missing_or_damaged_on_the_disk_are_asked_for_once_and_stop_nothing(keep: Any) -> None:
    gone, hurt, whole = keep(scene(1)), keep(scene(2)), keep(scene(3))
    as_stored_before()
    files.path_of(gone).unlink()
    path = files.path_of(hurt)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:200])
    assert index.refresh() == 3
    assert index.refresh() == 0
    assert AttachmentLook.objects.filter(sha256=whole).count() == 11
    assert AttachmentLook.objects.filter(sha256=gone).count() == 1
    assert attachments.twins(hurt, everything) == []
    assert attachments.same_press(whole, [gone, hurt]) == []


def test_an_erased_picture_is_found_no_more(keep: Any) -> None:
    original, copy = keep(scene(1)), keep(smaller(scene(1)), 60)
    attachments.erase(original)
    assert attachments.twins(copy, everything) == []
    assert AttachmentLook.objects.filter(sha256=original).count() == 0
    assert index.refresh() == 0


def test_a_picture_whose_bytes_are_gone_is_no_finding(keep: Any) -> None:
    original, copy = keep(scene(1)), keep(smaller(scene(1)), 60)
    files.path_of(original).unlink()
    assert attachments.twins(copy, everything) == []


def test_looks_within_ten_bits_are_all_found(keep: Any) -> None:
    look = 0x8F3A_55AA_0FF0_7E81
    turned = {n: look ^ sum(1 << (bit * 9 + n) % 64 for bit in range(n)) for n in range(13)}
    index.put((f"{n:064x}", (value,)) for n, value in turned.items())
    assert index.near((look,), without="") == [(f"{n:064x}", n) for n in range(11)]
    assert index.near((look,), without=f"{0:064x}", far=2) == [(f"{n:064x}", n) for n in (1, 2)]
    assert index.near_turned({3: look}, without="") == [(f"{n:064x}", 3) for n in range(8)]


def test_the_table_in_memory_follows_the_stored_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_AGAIN", 3)
    look, far_away = 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210

    def found() -> list[str]:
        return [key[:2] for key, _ in index.near((look,), without="")]

    index.put((f"{n:02d}{'0' * 62}", (far_away,)) for n in range(6))
    assert found() == []
    index.put([(f"aa{'0' * 62}", (far_away, look))])
    assert found() == ["aa"]
    index.remove(f"aa{'0' * 62}")
    assert found() == []
    with pytest.raises(RuntimeError), transaction.atomic():
        index.put([(f"bb{'0' * 62}", (look,))])
        assert found() == ["bb"]
        raise RuntimeError
    index.put([(f"cc{'0' * 62}", (look,))])  # on SQLite with the number of the one that was rolled back
    assert found() == ["cc"]
    AttachmentLook.objects.all().delete()
    index.put([(f"dd{'0' * 62}", (look,))])
    assert found() == ["dd"]


def test_the_whole_table_is_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_PAGE", table._PAGE.replace("20000", "7"))
    looks = [n * 0x0001_0001_0001_0001 for n in range(1, 51)]
    index.put((f"{n:064x}", (look,)) for n, look in enumerate(looks))
    asked = table.LookTable()
    assert len(asked.near([0], 64)) == 50
    assert [AttachmentLook.objects.get(pk=key).sha256 for key in asked.near([looks[40]], 0)] == [f"{40:064x}"]
