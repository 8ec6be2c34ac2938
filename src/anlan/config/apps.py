"""Collects every context's declarations once all apps are loaded; a duplicate id stops the start."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.apps import AppConfig, apps

from anlan.config.contexts import CONTEXTS
from anlan.platform.apply import fold_region_moved
from anlan.platform.catalogue import CATALOGUE

_DECLARED = {
    "ledgers": ("ledgers", "LEDGERS"),
    "indicators": ("indicators", "INDICATORS"),
    "layers": ("layers", "LAYERS"),
    "panels": ("panels", "PANELS"),
    "todos": ("todos", "TODOS"),
    "jobs": ("jobs", "JOBS"),
    "reminders": ("reminders", "REMINDERS"),
    "documents": ("documents", "DOCUMENTS"),
    "topics": ("topics", "TOPICS"),
    "matters": ("callable", "MATTERS"),
    "duplicates": ("duplicates", "DUPLICATES"),
}


def _module(context: str, name: str) -> ModuleType | None:
    path = f"anlan.{context}.{name}"
    return import_module(path) if find_spec(path) else None


def collect() -> None:
    """Fill platform.catalogue from every context: folds, projections, loops, rights, ledgers, panels, todos, jobs."""
    from anlan.platform.projection import Projection  # a model: not before all apps are listed
    from anlan.platform.regions.follow import MOVED

    for model in apps.get_models():
        if issubclass(model, Projection):
            CATALOGUE.add_named("projections", {model.SUBJECT: model})
    for context in CONTEXTS:
        if module := _module(context, "apply"):
            CATALOGUE.add_named("folds", {f"{context}.{kind}": fold for kind, fold in module.FOLDS.items()})
        if module := _module(context, "rights"):
            CATALOGUE.add_named("rights", module.RIGHTS)
        if module := _module(context, "rules"):
            CATALOGUE.add("loops", getattr(module, "LOOPS", ()))
        for kind, (file, name) in _DECLARED.items():
            if module := _module(context, file):
                CATALOGUE.add(kind, getattr(module, name))
    # Subjects of every type follow their region; a type that keeps more of it than the column brings its own fold.
    for subject in CATALOGUE.projections:
        CATALOGUE.folds.setdefault(f"{subject}.{MOVED}", fold_region_moved)


class ConfigApp(AppConfig):
    """The last app of INSTALLED_APPS: when it is ready, every model is known."""

    name = "anlan.config"
    label = "config"

    def ready(self) -> None:
        """Collect declarations."""
        collect()
