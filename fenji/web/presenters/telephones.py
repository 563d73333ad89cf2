"""Whom to telephone about a referral: numbers that are answered, by day and night."""

from fenji.apps.referrals.models import Referral
from fenji.apps.registry.models import Department, Institution
from fenji.apps.registry.posts import duty_phone
from fenji.kernel.referral import Urgency


def office_phone(house: Institution | None) -> str:
    """The duty phone of an institution's coordination office, else its own number; empty when neither is known."""
    if house is None:
        return ""
    offices = Department.objects.filter(institution=house, is_office=True, valid_until=None)
    office = offices.select_related("institution").first()
    return duty_phone(office) if office else house.phone


def receiving_phone(referral: Referral) -> str:
    """In an emergency the department's that takes the patient, else the receiving office's."""
    if referral.urgency == Urgency.EMERGENCY and referral.department and referral.department.duty_phone:
        return referral.department.duty_phone
    return office_phone(referral.receiver)


def sending_phone(referral: Referral) -> str:
    """The team's that sent, else the sending institution's."""
    team = referral.sender_team.phone if referral.sender_team else ""
    return team or referral.sender.phone
