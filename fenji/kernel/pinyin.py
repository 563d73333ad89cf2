"""Chinese as it is read aloud. The dictionary takes a third of a second to load: only who reads something waits."""


def syllables(text: str, *, errors: str = "default") -> list[str]:
    """Toneless syllables, each run of other signs whole; `errors` is pypinyin's word for what is not Chinese."""
    from pypinyin import lazy_pinyin

    found: list[str] = lazy_pinyin(text, errors=errors)
    return found
