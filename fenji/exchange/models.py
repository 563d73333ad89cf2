"""Uploaded spreadsheets: what was sent, what the dry run found, whether it was loaded."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class UploadState(models.TextChoices):
    """received → checked or refused → confirmed → loaded or refused."""

    RECEIVED = "received", _("待检查")
    CHECKED = "checked", _("检查通过，待确认")
    REFUSED = "refused", _("有错误，未导入")
    CONFIRMED = "confirmed", _("正在导入")
    LOADED = "loaded", _("已导入")
    EXPIRED = "expired", _("未确认，已清除")


class Upload(models.Model):
    """One file. Its content holds ID numbers, so it is sealed, and removed once it is loaded, refused or a day old."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=20)
    system = models.CharField(max_length=40)  # whose codes the rows carry
    institution = models.ForeignKey("registry.Institution", null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    content_sealed = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.RECEIVED)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # rows gone through in the run under way, for the progress bar
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    faults = models.JSONField(default=list)  # [{"row", "column", "reason"}]; the first thousand, never a cell's content
    fault_count = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    loaded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["by", "-at"]), models.Index(fields=["state", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @property
    def same(self) -> int:
        """Rows that were in the database already, just so."""
        return 0 if self.fault_count else self.rows - self.new - self.changed

    @property
    def is_under_way(self) -> bool:
        return self.state in {UploadState.RECEIVED, UploadState.CONFIRMED}
