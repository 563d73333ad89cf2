"""Who may open the pages of the registry: whoever meets patients, at a primary institution, hospital or office."""

from fenji.apps.residents.policies import READING_ROLES
from fenji.kernel.roles import Role
from fenji.web.roles import requires_role

for_staff = requires_role(*(READING_ROLES - {Role.PROGRAM}))
