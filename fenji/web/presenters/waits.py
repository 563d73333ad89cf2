"""How long referred, contracted and other patients waited, side by side and in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from fenji.apps.booking.delays import Measured, PatientGroup
from fenji.apps.booking.waits import Waits

GROUPS: Mapping[PatientGroup, str | Promise] = {
    PatientGroup.REFERRED: pgettext_lazy("patients", "转诊"),
    PatientGroup.CONTRACTED: pgettext_lazy("patients", "签约"),
    PatientGroup.OTHER: pgettext_lazy("patients", "其他"),
}


@dataclass(frozen=True)
class GroupWait:
    """One group's wait; `measured` is None where nobody of the group came."""

    name: str | Promise
    measured: Measured | None


def beside(waited: Waits) -> tuple[GroupWait, ...]:
    """Every group in its order; empty where nobody of any came."""
    return tuple(GroupWait(name, waited.get(group)) for group, name in GROUPS.items()) if waited else ()
