"""What can be wrong with a city's files, said so that the person who edits them can mend them."""


class CityError(ValueError):
    """A city's data cannot be used."""


class CityNotFound(CityError):
    """No network files under this name."""


class NameNotFound(CityError, KeyError):
    """No institution bears this name or alias."""

    def __str__(self) -> str:
        return f"no institution is called {self.args[0]!r}; add it as an alias of the one that is meant"


class NetworkError(CityError):
    """One bad entry: `file` and `key` say where, `problem` what, `remedy` how to mend it."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {problem}; {remedy}")
        self.file, self.key, self.problem, self.remedy = file, key, problem, remedy
