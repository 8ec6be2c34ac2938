from django.apps import AppConfig


class WellsConfig(AppConfig):
    name = "ledger_app"
    label = "wells"

    def ready(self):
        from anlan.kernel.ledger_fold import plain_folds
        from anlan.platform.catalogue import CATALOGUE
        from ledger_app import ledgers, models

        folds = plain_folds("well", sets=("labels",)) | plain_folds("keeper")
        CATALOGUE.add_named("folds", {f"wells.{kind}": fold for kind, fold in folds.items()})
        CATALOGUE.add_named("projections", {m.SUBJECT: m for m in (models.Well, models.Keeper)})
        CATALOGUE.add("ledgers", ledgers.LEDGERS)
