"""Everything that changes a resident's row: registration, correction, completion of an identity, merging, import.

Besides, the accounts that open the resident's own pages.
"""

from fenji.apps.residents.actions.accounts import accounts_of, end_account, let_act, open_account
from fenji.apps.residents.actions.correction import complete_identity, correct, mark_deceased, reveal
from fenji.apps.residents.actions.importing import import_row
from fenji.apps.residents.actions.merging import merge, unmerge
from fenji.apps.residents.actions.registration import register

__all__ = [
    "accounts_of",
    "complete_identity",
    "correct",
    "end_account",
    "import_row",
    "let_act",
    "mark_deceased",
    "merge",
    "open_account",
    "register",
    "reveal",
    "unmerge",
]
