"""Somebody of a story at a browser of their own. Acts as people do: by the words that stand on the page."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page, Response, expect

PATIENCE = 20_000  # milliseconds; two cores may be busy
REFUSED = (400, 403, 404, 409, 412, 422, 428)  # the browser notes these answers on its console, rightly
SHOTS = "FENJI_STORY_SHOTS"  # directory; set it to look at the pages of a run


@dataclass
class Person:
    """`clicks` counts links followed and buttons pressed since it was last set to nought."""

    who: str
    page: Page
    home: str
    shots: Path | None = None
    clicks: int = 0
    problems: list[str] = field(default_factory=list)
    status: int = 0  # of the page shown last

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda said: self._note(said.type, said.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("response", self._answered)

    def opens(self, address: str = "/") -> "Person":
        self.page.goto(address if address.startswith("http") else self.home + address)
        return self

    def follows(self, words: str) -> "Person":
        """A link of these words; a tab may carry a number behind them."""
        named = re.compile(rf"^\s*{re.escape(words)}(\s+[\d-]+)?\s*$")
        return self._clicks(self.page.get_by_role("link", name=named).first)

    def presses(self, words: str, *, beside: str = "") -> "Person":
        """A button; where several have the same words, the one in the row that says `beside`."""
        where: Page | Locator = self.page.locator("tr", has_text=beside) if beside else self.page
        return self._clicks(where.get_by_role("button", name=words, exact=True).first)

    def follows_beside(self, words: str, *, beside: str) -> "Person":
        """A link of the row that says `beside`; for who does not see the row it may say more behind these words."""
        named = re.compile(rf"^\s*{re.escape(words)}(\s|$)")
        return self._clicks(self.page.locator("tr", has_text=beside).get_by_role("link", name=named).first)

    def posts(self, address: str, **form: str) -> int:
        """What a form made by hand would send, with this page's token; the status of the answer."""
        token = self.page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
        headers = {"Referer": self.page.url}
        sent = self.page.request.post(self.home + address, form={**form, "csrfmiddlewaretoken": token}, headers=headers)
        return sent.status

    def writes(self, text: str, *, into: str) -> "Person":
        self.page.get_by_label(into).first.fill(text)
        return self

    def picks(self, words: str) -> "Person":
        """A radio button or a check box, pressed on its words."""
        self.page.get_by_label(words).first.check()
        return self

    def picks_in(self, words: str) -> "Person":
        """The institution of this name among those proposed."""
        self.page.locator("article", has_text=words).get_by_role("radio").check()
        return self

    def chooses(self, words: str, *, of: str) -> "Person":
        self.page.get_by_label(of).first.select_option(label=words)
        return self

    def unfolds(self, words: str) -> "Person":
        self.page.locator("summary", has_text=words).first.click()
        return self

    def sees(self, *words: str) -> "Person":
        for one in words:
            expect(self.page.locator("body")).to_contain_text(one, timeout=PATIENCE)
        self.shoot()
        return self

    def does_not_see(self, *words: str) -> "Person":
        for one in words:
            expect(self.page.locator("main")).not_to_contain_text(one, timeout=PATIENCE)
        return self

    def fits(self) -> "Person":
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{self.page.url} is too wide"
        return self

    def sees_nothing(self) -> "Person":
        """The answer for what is absent and for what is none of one's business."""
        assert self.status == 404, f"{self.who} got {self.status} at {self.page.url}"
        return self

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()

    @property
    def address(self) -> str:
        return self.page.url.removeprefix(self.home)

    def _clicks(self, what: Locator) -> "Person":
        self.clicks += 1
        what.click()
        self.page.wait_for_load_state()
        return self

    def _note(self, kind: str, text: str) -> None:
        if kind == "error" and not any(f"status of {status}" in text for status in REFUSED):
            self.problems.append(text)

    def _answered(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400 and "/static/" in response.url:
            self.problems.append(f"{response.status} {response.url}")
        if response.status >= 500:
            self.problems.append(f"{response.status} {response.url}")

    def shoot(self) -> None:
        if self.shots:
            number = len(list(self.shots.glob("*.png")))
            self.page.screenshot(path=self.shots / f"{number:03d}-{self.who}.png", full_page=True, caret="initial")
