"""Everything that changes a resident's row: registration, correction, completion of an identity, merging, import."""

from fenji.apps.residents.actions.correction import complete_identity, correct, mark_deceased, reveal
from fenji.apps.residents.actions.importing import import_row
from fenji.apps.residents.actions.merging import merge, unmerge
from fenji.apps.residents.actions.registration import register

__all__ = ["complete_identity", "correct", "import_row", "mark_deceased", "merge", "register", "reveal", "unmerge"]
