"""Which of the three administrators may do what. One table: pages, actions, documents and tests read it.

The separation follows 三员分立 (GB/T 22239-2019, 8.1.5 安全管理中心): whoever opens accounts cannot read the trail,
whoever reads the trail can change nothing, whoever runs the system can do neither; none of them sees a patient.
"""

from typing import TYPE_CHECKING

from fenji.apps.accounts.errors import NotOnSelf, NotYourOffice
from fenji.kernel.roles import Office

if TYPE_CHECKING:
    from fenji.apps.accounts.models import User

OFFICE_OF: dict[str, Office] = {
    "see_people": Office.SECURITY,
    "create_person": Office.SECURITY,
    "create_program": Office.SECURITY,
    "disable": Office.SECURITY,
    "enable": Office.SECURITY,
    "reset_password": Office.SECURITY,
    "reset_second_factor": Office.SECURITY,
    "unlock": Office.SECURITY,
    "give_office": Office.SECURITY,
    "take_office": Office.SECURITY,
    "give_post": Office.SECURITY,
    "end_post": Office.SECURITY,
    "issue_token": Office.SECURITY,
    "revoke_token": Office.SECURITY,
    "read_audit": Office.AUDIT,
    "export_audit": Office.AUDIT,
    "review_emergency": Office.AUDIT,
    "run_system": Office.SYSTEM,
}


def may(action: str, by: "User") -> bool:
    return by.is_active and not by.is_program and by.office == OFFICE_OF[action]


def check_may(action: str, by: "User | None") -> None:
    """Raise NotYourOffice unless `by` holds the action's office. None is the machine's own command line."""
    if by is not None and not may(action, by):
        raise NotYourOffice


def check_may_on(action: str, account_id: int, by: "User | None") -> None:
    """As `check_may`, and never on one's own account."""
    check_may(action, by)
    if by is not None and by.pk == account_id:
        raise NotOnSelf
