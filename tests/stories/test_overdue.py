"""Nobody at the county looks at the inbox. Each rung of the ladder is told in its time, the commission last."""

from datetime import timedelta

import pytest

from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_nobody_answers_climbs_to_the_county_commission(story: Story) -> None:
    # Given an urgent referral: two hours for the answer, two for each rung
    clinic(story.world)
    story.sent(urgency="urgent")
    office = story.person("office").sees("还剩 2 小时")
    officer = story.person("officer").does_not_see("已超时")

    # When the deadline has passed
    story.later(story.clock.at + timedelta(hours=2, minutes=1))
    # Then the office sees it first and red, and is told
    office.opens("/").sees("超时")
    assert office.page.locator("tr.is-late").count() == 1

    # When two more hours have passed: the duty telephone is to be called
    office.follows("电话名单").does_not_see("已超时")
    story.later(story.clock.at + timedelta(hours=2, minutes=1))
    office.opens("/").follows("电话名单").sees("停在“待接收”已超时", "已打通")

    # When two more hours have passed: the county's commission has it, and anyone there can see how it stands
    story.later(story.clock.at + timedelta(hours=2, minutes=1))
    officer.follows("超时督办").sees("已上报 1 次").presses("已电话督办").sees("已记录电话督办")

    # When the office accepts at last, it is quiet
    office.opens("/").presses("接收", beside="陈小明").sees("已完成：接收")
    assert office.page.locator("tr.is-late").count() == 0
