"""The office wants to see the electrocardiogram before it decides; the doctor photographs the paper."""

from io import BytesIO

import pytest
import segno

from tests.stories.conftest import Story
from tests.stories.town import clinic

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photograph() -> bytes:
    """A real picture: black and white squares on paper."""
    picture = BytesIO()
    segno.make("II aVF V1").save(picture, kind="png", scale=8)
    return picture.getvalue()


def test_asked_for_a_paper_and_answered_with_its_photograph(story: Story) -> None:
    # Given a referral whose record is thin
    clinic(story.world)
    story.sent()
    # When the office asks
    office = story.person("office").follows("陈小明").follows("要求补充资料")
    office.writes("请补近三天心电图。", into="请对方补充什么").presses("要求补充资料").sees("待补充资料")

    # Then it is the doctor's turn and the question stands there
    doctor = story.person("doctor").sees("待补充资料").follows("陈小明").sees("请补近三天心电图。", "轮到您")
    # When the doctor takes the wrong file, it is refused in words
    paper = doctor.page.get_by_label("选择照片")
    paper.set_input_files({"name": "心电图.png", "mimeType": "image/png", "buffer": b"GIF89a not a photograph"})
    doctor.presses("添加照片").sees("文件不是图片，或已损坏。")
    # When the doctor adds the photograph there and answers
    paper.set_input_files({"name": "心电图.png", "mimeType": "image/png", "buffer": photograph()})
    doctor.presses("添加照片").sees("已添加资料", "心电图.png")
    doctor.follows("补充资料").writes("心电图已附，窦性心律。", into="补充内容").presses("补充资料").sees("待接收")

    # Then the office sees answer and picture, and accepts
    office.opens("/").sees("待接收").follows("陈小明").sees("心电图已附，窦性心律。")
    with office.page.expect_response(lambda answer: "/papers/" in answer.url) as shown:
        office.follows("心电图.png")
    assert (shown.value.status, shown.value.headers["content-type"]) == (
        200,
        "image/jpeg",
    )  # made anew, so that nothing hides in it
    office.opens("/").presses("接收", beside="陈小明").sees("已完成：接收")
