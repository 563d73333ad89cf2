"""Names as they are read: pinyin and initials to sort and search by, surnames in their own reading.

Each character is read by itself, so that the beginning of a name always reads as the beginning of the whole.
"""

import re
import unicodedata
from functools import lru_cache

from fenji.kernel.pinyin import syllables

NAME_LENGTH, PINYIN_LENGTH, INITIALS_LENGTH = 60, 120, 20
MOST_SPLITS = 16

SURNAMES_OF_TWO = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu",
}  # fmt: skip
SURNAMES = {
    "单": "shan", "仇": "qiu", "区": "ou", "曾": "zeng", "解": "xie", "查": "zha", "翟": "zhai", "缪": "miao",
    "盖": "ge", "朴": "piao", "覃": "qin", "洗": "xian", "佴": "nai", "乐": "yue", "召": "shao", "黑": "he",
    "员": "yun", "秘": "bi", "种": "chong", "繁": "po", "折": "she", "句": "gou", "郇": "xun", "隗": "wei",
    "都": "du", "祭": "zhai", "牟": "mu", "么": "yao", "卜": "bu",
}  # fmt: skip


def clean(text: str) -> str:
    """The name as it is kept: half width, single spaces, one kind of middle dot, at most `NAME_LENGTH` characters."""
    text = re.sub(r"[•‧∙・．]", "·", unicodedata.normalize("NFKC", text).replace("\x00", " "))
    return " ".join(text.split())[:NAME_LENGTH]


def pinyin(name: str) -> str:
    """ "陈小明" → "chen xiao ming"; letters stay as they are, in lower case."""
    return " ".join(_syllables(name))[:PINYIN_LENGTH]


def initials(name: str) -> str:
    """ "陈小明" → "cxm"."""
    return "".join(syllable[0] for syllable in _syllables(name))[:INITIALS_LENGTH]


def splits(typed: str) -> list[str]:
    """The beginnings of `pinyin` that letters typed without spaces may mean: "xian" → "xian", "xi an".

    The last syllable may be unfinished. With spaces, or if nothing fits, the text itself.
    """
    typed = " ".join(typed.lower().replace("ü", "v").split())
    if " " in typed or not typed:
        return [typed]
    return list(_ways(typed))[:MOST_SPLITS] or [typed]


def _syllables(name: str) -> list[str]:
    parts = re.findall(r"[a-z0-9']+|[^\W_]", name.lower())
    if "".join(parts[:2]) in SURNAMES_OF_TWO:
        return SURNAMES_OF_TWO["".join(parts[:2])].split() + [_read(part) for part in parts[2:]]
    return [SURNAMES.get(part) or _read(part) if place == 0 else _read(part) for place, part in enumerate(parts)]


@lru_cache(maxsize=16384)
def _read(part: str) -> str:
    if part.isascii():
        return part
    return (syllables(part, errors="ignore") or [part])[0]


@lru_cache(maxsize=1024)
def _ways(typed: str) -> tuple[str, ...]:
    whole, beginnings = _known_syllables()
    ways = [typed] if typed in beginnings else []
    for size in range(min(6, len(typed) - 1), 0, -1):
        if typed[:size] in whole:
            ways += [f"{typed[:size]} {rest}" for rest in _ways(typed[size:])]
    return tuple(ways[:MOST_SPLITS])


@lru_cache(maxsize=1)
def _known_syllables() -> tuple[frozenset[str], frozenset[str]]:
    """Every syllable of the language without tone, and every beginning of one."""
    from pypinyin.constants import PINYIN_DICT  # large: see kernel.pinyin
    from pypinyin.contrib.tone_convert import to_normal

    readings = {reading for readings in PINYIN_DICT.values() for reading in readings.split(",")}
    whole = {plain for reading in readings if re.search("[aeiouv]", plain := to_normal(reading))}
    return frozenset(whole), frozenset(syllable[:end] for syllable in whole for end in range(1, len(syllable) + 1))
