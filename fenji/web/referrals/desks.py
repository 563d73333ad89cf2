"""On which desks a post reads: whose notices and calls are the person's to see to."""

from fenji.apps.registry.models import Department, Membership
from fenji.kernel.roles import PRIMARY, Role


def desks_of(post: Membership) -> list[tuple[int, int | None]]:
    """The whole institution's, the own department's, and the referral office's for who does its work.

    At a hospital that is the office; a primary institution has no separate office hours, so whoever is there.
    """
    house = post.institution_id
    found: list[tuple[int, int | None]] = [(house, None), (house, post.department_id)]
    if post.role in {Role.REFERRAL_OFFICE, *PRIMARY}:
        offices = Department.objects.filter(institution_id=house, is_office=True).values_list("pk", flat=True)
        found += [(house, office) for office in offices]
    return found
