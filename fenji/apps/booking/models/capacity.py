"""Whose the places are and for whom they are kept: shares, releases, blocks of hospitals, what does not agree."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fenji.apps.common.models import new_id


class ReserveShare(models.Model):
    """The share kept for referrals in a department's clinics of one line from a day on, with what it was sized from."""

    department = models.ForeignKey("registry.Department", on_delete=models.CASCADE, related_name="reserve_shares")
    line = models.CharField(max_length=12)
    valid_from = models.DateField()
    permille = models.PositiveSmallIntegerField()
    referred = models.PositiveIntegerField()  # bookings by referral in the weeks looked at
    offered = models.PositiveIntegerField()  # places in those weeks
    floor = models.PositiveSmallIntegerField()
    ceiling = models.PositiveSmallIntegerField()
    sized_at = models.DateTimeField()
    rulebook = models.CharField(max_length=64)  # hash of the version

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "line", "valid_from"], name="share_once"),
            models.CheckConstraint(
                condition=Q(permille__gte=F("floor"), permille__lte=F("ceiling"), ceiling__lte=1000),
                name="share_within_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id} {self.line} {self.permille}‰"


class Release(models.Model):
    """Note that a session's reserved places opened to one more group; written afterwards, nothing depends on it."""

    session = models.ForeignKey("booking.Session", on_delete=models.CASCADE, related_name="releases")
    group = models.CharField(max_length=12)  # kernel.release.Group
    released_at = models.DateTimeField()
    places = models.PositiveSmallIntegerField()  # reserved ones that were still free
    noted_at = models.DateTimeField()
    rulebook = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "group"], name="released_once")]
        indexes = [models.Index(fields=["-released_at"])]

    def __str__(self) -> str:
        return f"{self.session_id} {self.group}"


class Block(models.Model):
    """Sessions a hospital handed over together; the platform alone books them until they are handed back."""

    id = models.UUIDField(primary_key=True, default=new_id)
    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="blocks")
    source_code = models.CharField(max_length=60)  # the hospital's own name of it
    handed_over_at = models.DateTimeField()
    handed_over_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    handed_back_at = models.DateTimeField(null=True)  # of the whole block

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "source_code"], name="block_once")]

    def __str__(self) -> str:
        return self.source_code


class Feed(models.Model):
    """The line to a hospital that hands over blocks; once silent past `stale_at`, nothing of it is promised."""

    institution = models.OneToOneField(
        "registry.Institution", primary_key=True, on_delete=models.CASCADE, related_name="feed"
    )
    last_message_at = models.DateTimeField()
    last_message_kind = models.CharField(max_length=20)
    stale_at = models.DateTimeField()
    last_reconciled_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.institution_id} {self.last_message_at:%Y-%m-%d %H:%M}"


class Reconciliation(models.Model):
    """One comparison with the hospital's own list of a day."""

    institution = models.ForeignKey("registry.Institution", on_delete=models.PROTECT, related_name="reconciliations")
    day = models.DateField()
    compared_at = models.DateTimeField()
    compared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField()  # places in the hospital's list; 0 with a `no_list`

    class Meta:
        indexes = [models.Index(fields=["institution", "day", "-compared_at"])]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.day}"


class DifferenceKind(models.TextChoices):
    NO_LIST = "no_list", _("医院未报送当日清单")
    SESSION_UNKNOWN_HERE = "session_here", _("医院有、平台没有的场次")
    SESSION_UNKNOWN_THERE = "session_there", _("平台有、医院没有的场次")
    CLOSED_THERE = "closed_there", _("医院已停诊，平台仍开放")
    CLOSED_HERE = "closed_here", _("平台已停诊，医院仍开放")
    TIMES = "times", _("时间不一致")
    PLACE_UNKNOWN_HERE = "place_here", _("平台没有这个号")
    PLACE_UNKNOWN_THERE = "place_there", _("医院没有这个号")
    BOOKED_THERE = "booked_there", _("医院记为已约，平台为空号")
    BOOKED_HERE = "booked_here", _("平台已约，医院记为空号")
    ANOTHER_BOOKING = "other_booking", _("同一号两边预约不同")


class Difference(models.Model):
    """One thing on which the hospital's list and ours do not agree."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=14, choices=DifferenceKind.choices)
    session = models.ForeignKey("booking.Session", null=True, on_delete=models.CASCADE, related_name="differences")
    session_code = models.CharField(max_length=60, blank=True)
    number = models.PositiveSmallIntegerField(null=True)
    booking_id = models.UUIDField(null=True)
    here = models.CharField(max_length=80, blank=True)
    there = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.session_code} {self.number or ''}"
