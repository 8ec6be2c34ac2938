"""What belongs to this server alone: who speaks without being known, and which gateways may hand in parcels."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local
from anlan.platform.scope import ScopedBy


class Quarantined(Local):
    """An identity that no device on file has, or frames that nobody could read. LOCAL."""

    SCOPED_BY = ScopedBy(region=None)

    id = models.BigAutoField(primary_key=True)
    protocol = models.CharField("通信协议", max_length=16)
    identity = models.CharField("设备标识", max_length=64)
    first_at = models.DateTimeField("首次来报")
    last_at = models.DateTimeField("最近来报")
    count = models.BigIntegerField("来报次数", default=0)
    refused = models.BigIntegerField("无法识别次数", default=0)
    peer = models.CharField("来源地址", max_length=80, default="")
    metrics = models.TextField("监测因子", default="")
    raw = models.TextField("无法识别的报文", default="")
    claimed_at = models.DateTimeField("认领时间", null=True)
    device_id = models.CharField("认领为", max_length=36, default="")

    class Meta:
        verbose_name = verbose_name_plural = "未认领设备"
        constraints = [
            models.UniqueConstraint(fields=["protocol", "identity"], name="sensing_quarantined_identity"),
        ]
        indexes = [models.Index(fields=["-last_at"], name="sensing_quarantined_last")]

    def __str__(self) -> str:
        return self.identity


class QuarantinedReport(Local):
    """A recent report of an unknown device, kept so that nothing is lost when it is claimed. LOCAL, bounded."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(Quarantined, on_delete=models.CASCADE, related_name="reports")
    received_at = models.BigIntegerField()
    body = models.BinaryField()

    class Meta:
        verbose_name = verbose_name_plural = "未认领设备的报文"
        indexes = [models.Index(fields=["owner", "id"], name="sensing_quarantined_report")]

    def __str__(self) -> str:
        return str(self.pk)


class GatewayToken(Local):
    """The key of one gateway, kept as a digest. LOCAL."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField("网关名称", max_length=40)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField("发放时间")
    expires_at = models.DateTimeField("到期时间", null=True)
    revoked_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "网关令牌"

    def __str__(self) -> str:
        return self.name
