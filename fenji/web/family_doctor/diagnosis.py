"""A diagnosis as it was typed: the one that is meant, or those among which it has to be said."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from fenji.rulebook.diagnoses import CODE, HAN, Diagnosis, load_diagnoses, specialty_of

MOST = 12
AS_WRITTEN = "as_written"  # the choice to leave the words as they are, without a code


@dataclass(frozen=True)
class Typed:
    """`found` is the diagnosis taken; `fitting` are those to choose from, where the text does not name one exactly."""

    text: str
    found: Diagnosis | None
    fitting: tuple[Diagnosis, ...] = ()
    chosen: str = ""  # code of the one chosen, or AS_WRITTEN

    @property
    def is_unclear(self) -> bool:
        """Whether it has still to be asked what is meant; Chinese that fits nothing says it by itself."""
        can_be_read = bool(HAN.search(self.text)) and not self.fitting
        return bool(self.text) and not self.found and not can_be_read and self.chosen != AS_WRITTEN

    @property
    def may_stay(self) -> bool:
        """Whether the words themselves may be sent: initials that fit something say nothing to who receives them."""
        return bool(HAN.search(self.text)) or not self.fitting

    @property
    def question(self) -> str:
        """What is said above the choice."""
        if self.fitting:
            return _("“%(text)s”指的是哪个诊断？") % {"text": self.text}
        return _("诊断表里没有“%(text)s”，请改写名称或编码。") % {"text": self.text}


def typed(text: str, chosen: str = "") -> Typed:
    """Read a typed text: what it names exactly, else the one chosen, else the only one that fits."""
    text = text.strip()
    if not text or (exact := _named(text)):
        return Typed(text, exact if text else None)
    fitting = tuple(load_diagnoses().search(text, limit=MOST))
    read = Typed(text, None, fitting, chosen)
    if chosen == AS_WRITTEN and read.may_stay:
        return read
    found = next((one for one in fitting if one.code == chosen), fitting[0] if len(fitting) == 1 else None)
    return Typed(text, found, fitting, found.code if found else "")


def diagnosis_meant(text: str) -> Diagnosis | None:
    """Where nothing can be asked: what the text names exactly; of pinyin or English the only one that fits."""
    return _named(text.strip()) if HAN.search(text) else typed(text).found


def unclear_words(text: str) -> str:
    """What to say of initials that fit several diagnoses; empty where the text can be taken as it is."""
    read = typed(text)
    return "" if HAN.search(text) or read.found or not read.fitting else _may_be(read)


def uncoded_words(text: str) -> str:
    """What to say where only a diagnosis of the table can be kept; empty where the text names one, or nothing."""
    if not text.strip() or diagnosis_meant(text):
        return ""
    read = typed(text)
    return _may_be(read) if read.fitting else read.question


def _may_be(read: Typed) -> str:
    names = "、".join(f"{one.code} {one.name}" for one in read.fitting)
    return _("“%(text)s”可能是：%(names)s。请填其中一个编码或名称。") % {"text": read.text, "names": names}


def _named(text: str) -> Diagnosis | None:
    """By the code in front, or the one that has exactly this name.

    A code the table lacks keeps the name typed beside it and the specialty of its range.
    """
    table = load_diagnoses()
    code, _space, name = text.partition(" ")
    if text and (found := table.get(code)):
        return found
    if CODE.match(code):
        return Diagnosis(code.upper(), name.strip() or code.upper(), "", specialty_of(code))
    best = table.search(text, limit=1)
    return best[0] if best and text in {best[0].name, *best[0].aliases} else None
