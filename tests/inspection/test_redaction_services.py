"""Redacting a step of a hazard: its words and photos go, here and wherever it arrives; what others hold stays and is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection.models import Hazard, HazardPhoto
from anlan.inspection.services.hazards import SubmitInput, hazard_submit
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.attachments.models import Attachment, AttachmentLink
from anlan.platform.journal import chain, corrections, rebuild
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.scope import Scope
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=5)
LEADER = Scope("p", "q", "", frozenset({"platform.redact"}), "331003")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def entry_of(key: str, kind: str) -> str:
    sid = Head.objects.get(subject=f"inspection.hazard/{key}").sid
    return str(JournalEntry.objects.get(sid=sid, kind=f"inspection.hazard.{kind}").pk)


def submit(world: World, key: str, photo: str) -> None:
    item = SubmitInput(hazard_id=key, note="已清理并划线", photos=(photo,))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + timedelta(days=1))


def redact(*entries: str) -> corrections.Redacted:
    return corrections.redact(
        scope=LEADER, entries=entries, reason="照片含无关人员", basis="个人信息保护法第四十七条", now=LATER
    )


def test_the_photo_of_a_redacted_report_is_blanked_with_its_words(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    key, photo = world.ordered(), world.photo("enterprise")
    submit(world, key, photo)
    assert files.path_of(photo).is_file()
    with django_capture_on_commit_callbacks(execute=True):
        done = redact(entry_of(key, "submitted"))
    assert (done.erased, dict(done.kept)) == ((photo,), {})
    assert not files.path_of(photo).exists()
    assert not AttachmentLink.objects.filter(sha256=photo).exists()
    assert not HazardPhoto.objects.filter(sha256=photo).exists()
    hazard = Hazard.objects.get(pk=key)
    assert (hazard.state, hazard.rectification) == ("submitted", "")
    assert Attachment.objects.get(pk=photo).erased == 1
    with pytest.raises(NotFound):
        attachments.read(photo, world.scope["enterprise"])
    assert rebuild.rebuild(check=True, shuffle=3).ok
    assert chain.verify().ok


def test_a_photo_that_another_hazard_holds_stays_there_and_is_said(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    first, second, photo = world.ordered(), world.ordered(), world.photo("enterprise")
    submit(world, first, photo)
    submit(world, second, photo)
    with django_capture_on_commit_callbacks(execute=True):
        done = redact(entry_of(first, "submitted"))
    assert (done.erased, dict(done.kept)) == ((), {photo: (f"inspection.hazard/{second}",)})
    assert files.path_of(photo).is_file()
    assert not AttachmentLink.objects.filter(sha256=photo, subject=f"inspection.hazard/{first}").exists()
    assert attachments.read(photo, world.scope["enterprise"]).sha256 == photo
    with django_capture_on_commit_callbacks(execute=True):
        assert redact(entry_of(second, "submitted")).erased == (photo,)
    assert not files.path_of(photo).exists()


def test_bytes_stay_where_the_redaction_is_taken_back(world: World) -> None:
    from anlan.platform.database import writing

    key, photo = world.ordered(), world.photo("enterprise")
    submit(world, key, photo)
    with pytest.raises(ZeroDivisionError), writing():
        redact(entry_of(key, "submitted"))
        raise ZeroDivisionError
    assert attachments.read(photo, world.scope["enterprise"]).erased == 0
    assert files.path_of(photo).is_file()


def test_what_a_crash_left_of_a_blanked_file_is_swept(world: World) -> None:
    photo = world.photo("enterprise")
    attachments.erase(photo)
    assert files.path_of(photo).is_file()
    assert (attachments.sweep(), files.path_of(photo).exists(), attachments.sweep()) == (1, False, 0)


def test_a_blanked_file_is_not_taken_again(world: World) -> None:
    photo = world.photo("enterprise")
    content = files.path_of(photo).read_bytes()
    attachments.erase(photo)
    with pytest.raises(BadInput) as refused:
        attachments.store(content, "再传.png", scope=world.scope["enterprise"], now=LATER)
    assert refused.value.code == "platform.attachment.erased"


def test_every_entry_of_a_closed_hazard_can_be_redacted_and_it_stays_closed(world: World) -> None:
    key = world.closed()
    sid = Head.objects.get(subject=f"inspection.hazard/{key}").sid
    redact(*(str(pk) for pk in JournalEntry.objects.filter(sid=sid).values_list("pk", flat=True)))
    hazard = Hazard.objects.get(pk=key)
    assert (hazard.state, hazard.description, hazard.photos.count()) == ("closed", "", 0)
    assert rebuild.rebuild(check=True, shuffle=4).ok
