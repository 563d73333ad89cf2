"""The network: regions, institutions, consortia and links, departments, people at work, areas served."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Value

from fenji.kernel.roles import Role
from fenji.kernel.tiers import Basis, Grade, Kind, Level, LinkKind, Tier

BASES = [(b.value, b.name) for b in Basis]
SPAN = Func(F("from_at"), F("until_at"), Value("[)"), function="tstzrange", output_field=DateTimeRangeField())


class Region(models.Model):
    """Administrative division (GB/T 2260 for city and county; a town has the network's own code)."""

    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=80, blank=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    population = models.PositiveIntegerField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    basis = models.CharField(max_length=10, choices=BASES)

    def __str__(self) -> str:
        return self.name


class Institution(models.Model):
    """A hospital, centre, station, commission or insurer. `code` is the stable name in addresses and imports."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    short_name = models.CharField(max_length=40)
    name_pinyin = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, blank=True)  # GB 32100
    kind = models.CharField(max_length=20, choices=[(k.value, k.name) for k in Kind])
    ws218 = models.CharField(max_length=6, blank=True)
    tier = models.PositiveSmallIntegerField(choices=[(t.value, t.name) for t in Tier])
    level = models.CharField(max_length=10, choices=[(v.value, v.name) for v in Level])
    grade = models.CharField(max_length=6, choices=[(g.value, g.name) for g in Grade])
    ownership = models.CharField(max_length=20, default="public")
    is_insured = models.BooleanField(default=True)  # 医保定点
    region = models.ForeignKey(Region, on_delete=models.PROTECT)  # county or city
    town = models.ForeignKey(Region, null=True, on_delete=models.PROTECT, related_name="institutions_in_town")
    address = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    functions = models.JSONField(default=list)  # codes of 功能定位, see cities/<city>/network/functions.toml
    basis = models.CharField(max_length=10, choices=BASES)
    clause = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)
    source_code = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.short_name


class InstitutionAlias(models.Model):
    """Another name the documents use for the same institution."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class InstitutionAttribute(models.Model):
    """A dated fact about an institution that is not a column: beds, planned upgrade, equipment, 达标, 中医馆."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    basis = models.CharField(max_length=10, choices=BASES)
    clause = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Consortium(models.Model):
    """医联体: lead, kind, members; a member joins and leaves on dates."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=30)  # as in cities.shape.Consortium
    lead = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="leads")
    basis = models.CharField(max_length=10, choices=BASES)
    clause = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)  # who keeps the row; empty: entered by hand

    def __str__(self) -> str:
        return self.name


class ConsortiumMember(models.Model):
    consortium = models.ForeignKey(Consortium, on_delete=models.CASCADE, related_name="members")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="consortium_memberships")
    basis = models.CharField(max_length=10, choices=BASES)
    clause = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["consortium", "institution"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.consortium_id}: {self.institution_id}"


class Link(models.Model):
    """A typed tie between two institutions, upper first; a specialty pair names its 诊疗科目 codes."""

    upper = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="links_down")
    lower = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="links_up")
    kind = models.CharField(max_length=12, choices=[(k.value, k.name) for k in LinkKind])
    specialties = models.JSONField(default=list)
    basis = models.CharField(max_length=10, choices=BASES)
    clause = models.CharField(max_length=80, blank=True)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)  # who keeps the row; empty: entered by hand

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upper", "lower", "kind"], name="link_once")]

    def __str__(self) -> str:
        return f"{self.upper_id} → {self.lower_id} {self.kind}"


class Department(models.Model):
    """A department; `specialty` is its 诊疗科目 code. One department of an institution is its coordination office."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="departments")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    specialty = models.CharField(max_length=8, blank=True)
    is_office = models.BooleanField(default=False)  # 转诊协调部门
    is_emergency = models.BooleanField(default=False)
    phone = models.CharField(max_length=30, blank=True)
    duty_phone = models.CharField(max_length=30, blank=True)  # answered at night
    location = models.CharField(max_length=80, blank=True)  # where the resident finds it
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)  # who keeps the row; empty: entered by hand

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "code"], name="department_code_once"),
            models.UniqueConstraint(
                fields=["institution"], condition=models.Q(is_office=True), name="one_office_per_institution"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A post: this person works here, in this role, from a date until a date."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="memberships")
    department = models.ForeignKey(Department, null=True, on_delete=models.SET_NULL, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.name) for r in Role])
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)  # as of a department

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "institution", "department", "role"], name="post_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} @ {self.institution_id}"


class Team(models.Model):
    """People who share one inbox: a family-doctor team (三师) at a primary institution. Hospitals use departments."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="teams")
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, blank=True)
    members = models.ManyToManyField(Membership, related_name="teams")
    valid_until = models.DateField(null=True)
    source_system = models.CharField(max_length=40, blank=True)  # who keeps the row; empty: entered by hand

    def __str__(self) -> str:
        return self.name


class Absence(models.Model):
    """While someone is away, a colleague of the same institution covers: sees the inbox and is told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    covered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="covers")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    reason = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_at__gt=models.F("from_at")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(condition=~models.Q(user=models.F("covered_by")), name="nobody_covers_self"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.covered_by_id}"


class Duty(models.Model):
    """Who answers an office's duty phone in a span of time."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="duties")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duties")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(until_at__gt=F("from_at")), name="duty_ends_after_start"),
            ExclusionConstraint(  # one person answers one telephone
                name="one_duty_at_a_time",
                expressions=[("department", RangeOperators.EQUAL), (SPAN, RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department_id}: {self.user_id}"


class ServiceArea(models.Model):
    """The towns a primary institution serves."""

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="areas")
    region = models.ForeignKey(Region, on_delete=models.CASCADE)
    basis = models.CharField(max_length=10, choices=BASES)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "region"], name="area_once")]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.region_id}"
