"""Family-doctor contracts, so far the least that says whose resident one is: resident, team, from, until."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Value

DAYS = Func(F("valid_from"), F("valid_until"), Value("[)"), function="daterange", output_field=DateRangeField())


class Contract(models.Model):
    """A resident signed with a team; at any day at most one."""

    resident = models.ForeignKey("residents.Resident", on_delete=models.PROTECT, related_name="contracts")
    team = models.ForeignKey("registry.Team", on_delete=models.PROTECT, related_name="contracts")
    valid_from = models.DateField()
    valid_until = models.DateField()  # first day without
    ended_reason = models.CharField(max_length=80, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(valid_until__gte=F("valid_from")), name="contract_span"),
            ExclusionConstraint(
                name="one_contract_a_day",
                expressions=[("resident", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [models.Index(fields=["team", "valid_until"])]

    def __str__(self) -> str:
        return f"{self.team_id} {self.valid_from}–{self.valid_until}"
