"""Every table says what it is; projections are such that a fold can write them; the migrations are complete."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from anlan.config.contexts import CONTEXTS
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.projection import Projection, ProjectionChild

LISTING = Path(__file__).with_name("tables.txt")
OURS = [m for m in apps.get_models() if m._meta.app_label in CONTEXTS]
PROJECTIONS = [m for m in OURS if issubclass(m, Projection | ProjectionChild)]


def name(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.{model.__name__}"


def test_every_table_is_listed_as_projection_or_local() -> None:
    """A new table is a decision: is it equal to the folded journal, or this server's own? Write it into tables.txt."""
    assert sorted(f"{m.KIND} {name(m)}" for m in OURS) == LISTING.read_text(encoding="utf-8").splitlines()


def test_a_projection_has_no_unique_column_but_its_key() -> None:
    bad = [
        f"{name(m)}.{f.name}" for m in PROJECTIONS for f in m._meta.concrete_fields if f.unique and not f.primary_key
    ]
    bad += [
        name(m)
        for m in PROJECTIONS
        if m._meta.unique_together or any(isinstance(c, models.UniqueConstraint) for c in m._meta.constraints)
    ]
    assert bad == []


def test_nothing_in_a_projection_is_made_by_the_database_or_the_clock() -> None:
    bad = [
        f"{name(m)}.{f.name}"
        for m in PROJECTIONS
        for f in m._meta.concrete_fields
        if isinstance(f, models.AutoField)
        or getattr(f, "auto_now", False)
        or getattr(f, "auto_now_add", False)
        or (f.has_default() and callable(f.default))
    ]
    assert bad == []


def test_foreign_keys_of_projections_point_down_and_bind_nothing() -> None:
    order = {label: place for place, label in enumerate(CONTEXTS)}
    bad = []
    for model in PROJECTIONS:
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.ForeignKey):
                continue
            if field.db_constraint:
                bad.append(f"{name(model)}.{field.name} binds")
            if order[field.related_model._meta.app_label] > order[model._meta.app_label]:
                bad.append(f"{name(model)}.{field.name} points up")
    assert bad == []


def test_every_fold_writes_a_declared_subject_and_every_subject_has_a_fold() -> None:
    # Only the product's own contexts: those of the tests are declared by their own apps.
    folded = {kind.rpartition(".")[0] for kind in CATALOGUE.folds if kind.partition(".")[0] in CONTEXTS}
    declared = {s for s in CATALOGUE.projections if s.partition(".")[0] in CONTEXTS}
    assert folded - declared == set()
    assert declared - folded == set()


def test_every_right_of_a_role_is_declared_by_a_context() -> None:
    from anlan.accounts.rules.roles import ROLES

    named = {right for role in ROLES for right in role.rights}
    assert named - set(CATALOGUE.rights) == set()


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    try:
        call_command("makemigrations", "--check", "--dry-run", *CONTEXTS, stdout=StringIO())
    except SystemExit:
        pytest.fail("a model changed without a migration")


def test_migrations_are_named_and_change_no_rows_of_projections() -> None:
    source = Path(__file__).resolve().parents[2] / "src" / "anlan"
    files = sorted(p for p in source.glob("*/migrations/[0-9]*.py"))
    assert [p.name for p in files if "_auto_" in p.name] == []
    runs = [p.name for p in files if "RunPython" in p.read_text(encoding="utf-8")]
    assert runs == ["0006_first_release.py", "0008_node_forks.py"]  # tables only; a column of the local table of nodes
