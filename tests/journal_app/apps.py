from django.apps import AppConfig


class ThingsConfig(AppConfig):
    name = "journal_app"
    label = "things"

    def ready(self):
        from anlan.platform.catalogue import CATALOGUE
        from journal_app import apply, models

        CATALOGUE.add_named("folds", {f"things.{k}": f for k, f in apply.FOLDS.items()})
        CATALOGUE.add_named("projections", {models.Thing.SUBJECT: models.Thing})
