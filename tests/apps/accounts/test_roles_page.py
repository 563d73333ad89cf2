"""`docs/reference/roles.md` says what the tables say."""

from pathlib import Path

from fenji.apps.accounts.policies import OFFICE_OF
from fenji.kernel.roles import Office, Role
from fenji.web.presenters.posts import ROLES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "roles.md"
COLUMNS = (Office.SYSTEM, Office.SECURITY, Office.AUDIT)


def rows() -> dict[str, list[str]]:
    """First cell (without backticks) to the others."""
    lines = [line.strip("|\n ").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}


def test_every_action_stands_with_its_office() -> None:
    for action, office in OFFICE_OF.items():
        assert rows()[action] == ["✔" if column is office else "–" for column in COLUMNS], action


def test_every_role_stands_with_its_chinese_name_and_there_is_nothing_else() -> None:
    for role in Role:
        assert rows()[role.value][0] == str(ROLES[role]), role
    assert set(rows()) == set(Role) | set(OFFICE_OF)
