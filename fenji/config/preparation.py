"""The steps of a demonstration's first start, from the city to its bills. Each remembers itself."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from fenji.config import (
    billing,
    content,
    demonstration,
    demonstration_beds,
    demonstration_exams,
    demonstration_visits,
    demonstration_waiting,
    prepared,
    storytelling,
)

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Step:
    """One step; safe to run again after it was cut off."""

    name: str
    title: str
    run: Callable[[Report], object]

    def remember(self, owner_url: str) -> None:
        prepared.remember(owner_url, self.name, prepared.fingerprints(settings.CITY, settings.POLICY)[self.name])


STEPS = {
    step.name: step
    for step in (
        Step("city", "城市网络与政策 / the city", lambda report: content.load_city(settings.CITY, report)),
        Step("residents", "居民 / residents", content.first_residents),
        Step("clinics", "门诊与号源 / clinics and their places", content.open_clinics),
        Step("accounts", "演示账号 / demonstration accounts", demonstration.make_accounts),
        Step("referrals", "进行中的转诊 / referrals under way", storytelling.tell_stories),
        Step("beds", "床位与住院 / beds and inpatients", demonstration_beds.fill_wards),
        Step("examinations", "检查 / examinations", demonstration_exams.fill_calendars),
        Step("waiting", "候补 / waiting lists", demonstration_waiting.fill_lists),
        Step("visits", "就诊 / visits", demonstration_visits.let_people_come),
        Step("bills", "结算单据 / bills", billing.settle_bills),
    )
}
