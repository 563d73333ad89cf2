"""What can be wrong with a city's policy, said so that a policy officer can mend it."""

from pathlib import Path


class RulebookError(ValueError):
    """A policy file that does not load: where (file, line, key), what was expected, and the remedy."""

    def __init__(
        self, problem: str, *, expected: str, remedy: str, file: Path | None = None, line: int = 0, key: str = ""
    ) -> None:
        self.problem, self.expected, self.remedy = problem, expected, remedy
        self.file, self.line, self.key = file, line, key
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f"{self.file}" if self.file else "规则册"
        if self.line:
            place += f" 第 {self.line} 行"
        if self.key:
            place += f"（{self.key}）"
        return f"{place}：{self.problem}。应为：{self.expected}。办法：{self.remedy}。"


class NotInRulebook(LookupError):
    """The rulebook says nothing under this key on this day."""
