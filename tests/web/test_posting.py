"""What an action refuses stands beside the box it names, under the page's own name of it, else above the form."""

from django import forms

from fenji.apps.booking.errors import SlotTaken
from fenji.apps.common.errors import Invalid
from fenji.web.posting import number_of, show_faults


class Slip(forms.Form):
    reason = forms.CharField(required=False)
    first_due = forms.CharField(required=False)


def shown(fault: Invalid | SlotTaken, boxes: dict[str, str] | None = None) -> dict[str, list[str]]:
    form = Slip({})
    assert form.is_valid()
    show_faults(form, fault, boxes)
    return {name: list(words) for name, words in form.errors.items()}


def test_a_fault_stands_beside_its_box() -> None:
    assert shown(Invalid(fields={"reason": "请写明原因。"})) == {"reason": ["请写明原因。"]}


def test_a_fault_of_a_box_the_page_has_not_stands_above() -> None:
    assert shown(Invalid(fields={"nowhere": "请选择。"})) == {"__all__": ["请选择。"]}


def test_the_page_may_call_a_box_otherwise_than_the_action() -> None:
    fault = Invalid(fields={"plan.tasks": "请填日期。"})
    assert shown(fault, {"plan.tasks": "first_due"}) == {"first_due": ["请填日期。"]}


def test_a_fault_that_names_no_box_is_said_with_what_to_do() -> None:
    assert shown(Invalid("内容有误。", remedy="请重填。")) == {"__all__": ["内容有误。请重填。"]}
    taken = SlotTaken()
    assert shown(taken) == {"__all__": [f"{taken.message}{taken.remedy}"]}


def test_a_number_is_digits_and_no_endless_ones() -> None:
    assert [number_of(text) for text in ("12", "", None, "-1", "1.5", "٣", "9" * 19)] == [12, *[None] * 6]
