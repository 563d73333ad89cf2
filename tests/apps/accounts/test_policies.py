"""The matrix of offices and actions, read from the table and tried one by one."""

import pytest

from fenji.apps.accounts import policies
from fenji.apps.accounts.errors import NotOnSelf, NotYourOffice
from fenji.apps.accounts.models import User
from fenji.kernel.roles import Office

EXPECTED = {
    Office.SECURITY: {
        "see_people", "create_person", "create_program", "disable", "enable", "reset_password", "reset_second_factor",
        "unlock", "give_office", "take_office", "give_post", "end_post", "issue_token", "revoke_token",
    },
    Office.AUDIT: {"read_audit", "export_audit", "review_emergency"},
    Office.SYSTEM: {"run_system"},
    Office.NONE: set(),
}  # fmt: skip


@pytest.mark.parametrize("office", list(Office))
@pytest.mark.parametrize("action", sorted(policies.OFFICE_OF))
def test_each_office_may_do_its_own_actions_and_no_other(office: Office, action: str) -> None:
    by = User(pk=1, username="a", office=office.value)
    assert policies.may(action, by) == (action in EXPECTED[office])
    if action in EXPECTED[office]:
        policies.check_may(action, by)
    else:
        with pytest.raises(NotYourOffice):
            policies.check_may(action, by)


def test_every_action_of_the_table_has_an_expectation() -> None:
    assert set(policies.OFFICE_OF) == set().union(*EXPECTED.values())


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_program": True}])
def test_a_closed_account_and_a_program_hold_no_office_in_effect(change: dict[str, bool]) -> None:
    by = User(pk=1, office=Office.SECURITY.value, **change)
    assert not any(policies.may(action, by) for action in policies.OFFICE_OF)


def test_nobody_acts_on_the_own_account() -> None:
    by = User(pk=7, office=Office.SECURITY.value)
    with pytest.raises(NotOnSelf):
        policies.check_may_on("give_office", 7, by)
    policies.check_may_on("give_office", 8, by)


def test_the_machines_own_command_line_is_let_through() -> None:
    policies.check_may("create_person", None)
    policies.check_may_on("give_office", 7, None)
