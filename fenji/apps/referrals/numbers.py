"""The referral's number: date, serial, check digit; read over the telephone and typed from paper."""

from datetime import datetime

from django.db import connection
from django.utils import timezone
from stdnum import luhn

SERIAL_DIGITS = 6


def new_number(at: datetime) -> str:
    """E.g. 261121-004217-3; the serial comes from a database sequence, so no two calls share it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referrals_number')")
        serial = cursor.fetchone()[0] % 10**SERIAL_DIGITS
    day = timezone.localtime(at).strftime("%y%m%d")
    check = luhn.calc_check_digit(f"{day}{serial:06}")
    return f"{day}-{serial:06}-{check}"


def tidy_number(text: str) -> str:
    """What a person typed, brought into the stored form; empty when the check digit does not fit."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) != 7 + SERIAL_DIGITS or not luhn.is_valid(digits):
        return ""
    return f"{digits[:6]}-{digits[6:12]}-{digits[12:]}"
