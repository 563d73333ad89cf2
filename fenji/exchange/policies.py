"""Who may import which table, and for whom."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from fenji.apps.accounts.models import User
from fenji.apps.registry.models import Institution, Membership
from fenji.exchange.errors import NotYourImport
from fenji.exchange.kinds import KINDS
from fenji.exchange.kinds.kind import Kind


def kind_called(code: str) -> Kind:
    """Raises NotYourImport for a table there is not: the same answer as for one that is another's."""
    if code not in KINDS:
        raise NotYourImport(_("没有这种表格。"))
    return KINDS[code]


def kinds_for(user: User, posts: Sequence[Membership]) -> list[Kind]:
    """The tables a person may import, from an office or from the posts held."""
    held = {post.role for post in posts}
    return [kind for kind in KINDS.values() if user.office == kind.office or kind.roles & held]


def scope(user: User, kind: Kind, posts: Sequence[Membership]) -> Institution | None:
    """The institution whose rows the person may import; None for the whole city. Raises NotYourImport."""
    if user.office == kind.office:
        return None
    own = next((post.institution for post in posts if post.role in kind.roles), None)
    if own is None or user.office:
        raise NotYourImport
    return own
