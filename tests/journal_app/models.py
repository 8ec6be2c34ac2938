from django.db import models

from anlan.platform.projection import Projection, ProjectionChild


class Thing(Projection):
    SUBJECT = "things.thing"
    CHILDREN = {"labels": "things.ThingLabel"}

    name = models.CharField(max_length=40)
    address = models.CharField(max_length=80, blank=True)
    lon = models.FloatField(null=True)
    state = models.CharField(max_length=20)
    closed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        app_label = "things"


class ThingLabel(ProjectionChild):
    parent = models.ForeignKey("things.Thing", on_delete=models.CASCADE, db_constraint=False, related_name="labels")
    weight = models.IntegerField(default=0)

    class Meta:
        app_label = "things"
