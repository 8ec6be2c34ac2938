from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy

USES = (("drinking", "饮用"), ("fire", "消防"), ("farm", "灌溉"))
LABELS = (("deep", "深井"), ("old", "老井"), ("spring", "泉水"))


class Keeper(Projection):
    SUBJECT = "wells.keeper"

    name = models.CharField("姓名", max_length=40)

    class Meta:
        app_label = "wells"
        verbose_name = "看管人"


class Well(Projection):
    SUBJECT = "wells.well"
    CHILDREN = {"labels": "wells.WellLabel"}
    SCOPED_BY = ScopedBy(office="office_id", subject="owner_id")

    code = models.CharField("编号", max_length=12)
    name = models.CharField("名称", max_length=20)
    use = models.CharField("用途", max_length=10, choices=USES, default="farm")
    depth_m = models.FloatField("井深", null=True)
    share = models.DecimalField("份额", max_digits=6, decimal_places=2, null=True)
    drilled_on = models.DateField("成井日期", null=True)
    checked_at = models.DateTimeField("检查时间", null=True)
    households = models.IntegerField("供水户数", null=True)
    guarded = models.SmallIntegerField("有护栏", null=True)
    address = models.CharField("地址", max_length=80, blank=True)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    note = models.TextField("备注", blank=True)
    keeper = models.ForeignKey("wells.Keeper", models.DO_NOTHING, db_constraint=False, null=True, verbose_name="看管人")
    office_id = models.CharField("责任科室", max_length=36, blank=True)
    owner_id = models.CharField("权属单位", max_length=36, blank=True)
    retired_at = models.DateTimeField("注销时间", null=True)

    class Meta:
        app_label = "wells"
        verbose_name = verbose_name_plural = "水井"
        indexes = [models.Index(fields=["region6", "-created_at"], name="well_r6")]


class WellLabel(ProjectionChild):
    parent = models.ForeignKey("wells.Well", on_delete=models.CASCADE, db_constraint=False, related_name="labels")

    class Meta:
        app_label = "wells"
