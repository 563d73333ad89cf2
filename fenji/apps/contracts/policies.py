"""Who may sign for a team: whoever treats at the primary institution the team belongs to."""

from datetime import date
from typing import TYPE_CHECKING

from fenji.apps.accounts.models import User
from fenji.apps.contracts.errors import NotYourTeam
from fenji.apps.registry import posts
from fenji.kernel.roles import PRIMARY

if TYPE_CHECKING:
    from fenji.apps.registry.models import Team


def can_sign_for(team: "Team", by: User | None, *, on: date) -> bool:
    """Whether the person may sign, move or end contracts of this team; None is the import."""
    return by is None or bool(posts.roles_at(by, team.institution_id, on) & PRIMARY)


def check_can_sign_for(team: "Team", by: User | None, *, on: date) -> None:
    """Raise NotYourTeam unless `can_sign_for`."""
    if not can_sign_for(team, by, on=on):
        raise NotYourTeam
