"""A city's policy as data: dated values and clinical criteria, each with source, clause and status, in hashed versions.

Here: the schema, the loader with its error messages, the holidays, the diagnoses, the pages drawn from the data.
Not here: what the rules mean (`fenji.kernel`), and what was decided by them (`fenji.apps`).
"""

from fenji.rulebook.errors import NotInRulebook, RulebookError
from fenji.rulebook.loader import load_rulebook
from fenji.rulebook.rulebook import Rulebook

__all__ = ["NotInRulebook", "Rulebook", "RulebookError", "load_rulebook"]
