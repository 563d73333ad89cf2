"""The second factor: codes of an authenticator app (TOTP, RFC 6238) and recovery codes, each accepted once.

The library keeps used codes in a process's memory; here the last accepted time step stands in the row, so that a
replay is refused by every process and after a restart.
"""

from typing import TYPE_CHECKING

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import transaction

from fenji.apps.common import audit

if TYPE_CHECKING:
    from fenji.apps.accounts.models import User


def is_enrolled(user: "User") -> bool:
    return bool(Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists())


def must_enrol(user: "User", *, is_staff: bool) -> bool:
    """Staff and administrators may do nothing before they have a second factor, where the installation asks for one."""
    return bool(settings.FENJI_REQUIRE_SECOND_FACTOR) and is_staff and not is_enrolled(user)


def record_enrolment(user: "User") -> None:
    """For the page, in the transaction in which the library enrols."""
    audit.record("account.enrol_second_factor", user, by=user)


def record_new_codes(user: "User") -> None:
    audit.record("account.renew_recovery_codes", user, by=user)


@transaction.atomic
def accept(user: "User", code: str) -> Authenticator | None:
    """Use up a code of the app or a recovery code; None when it is wrong or was used before."""
    found = Authenticator.objects.select_for_update().filter(user_id=user.pk)
    rows: list[Authenticator] = list(found.order_by("-type"))  # the app first
    for row in rows:
        if row.type == Authenticator.Type.TOTP and _accept_totp(row, code):
            return row
        if row.type == Authenticator.Type.RECOVERY_CODES and RecoveryCodes(row).validate_code(code):
            return row
    return None


def _accept_totp(row: Authenticator, code: str) -> bool:
    secret, last = decrypt(row.data["secret"]), row.data.get("last_step", -1)
    for step in yield_hotp_counters_from_time():
        if step > last and compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            row.data["last_step"] = step
            row.save(update_fields=["data"])
            return True
    return False
