"""The kernel's words of day surgery in the reader's language: states, questions of the checklist, signs."""

from django.utils.translation import pgettext

from fenji.kernel.day_surgery import CHECKLIST, SIGNS, STATES, SurgeryState

CONTEXT = "day surgery"


def state_words(state: SurgeryState | str) -> str:
    return pgettext(CONTEXT, STATES[SurgeryState(state)].name)


def question_words(code: str) -> str:
    return pgettext(CONTEXT, CHECKLIST[code].name)


def sign_words(code: str) -> str:
    return pgettext(CONTEXT, SIGNS[code])
