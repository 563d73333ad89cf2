"""Who may change what in the network: posts by the security administrator, institutions by the system administrator
(`accounts.policies`), the rota and cover by the people concerned."""

from collections.abc import Collection

from fenji.apps.accounts.models import User
from fenji.apps.registry.errors import NotRotaKeeper
from fenji.kernel.roles import Role

# Who answers for an institution's people being reachable.
ROTA_KEEPERS = frozenset({Role.PRIMARY_HEAD, Role.REFERRAL_OFFICE})


def can_keep_rota(roles: Collection[Role], *, whose: User | None, by: User | None) -> bool:
    """Whether `by`, in these roles at the institution, may arrange duty or cover; `whose` may arrange the own absence.

    `by=None` is the machine's own command line.
    """
    return by is None or (whose is not None and by.pk == whose.pk) or bool(ROTA_KEEPERS & set(roles))


def check_can_keep_rota(roles: Collection[Role], *, whose: User | None, by: User | None) -> None:
    """Raise NotRotaKeeper unless `can_keep_rota`."""
    if not can_keep_rota(roles, whose=whose, by=by):
        raise NotRotaKeeper
