"""A resident in one line: name (whole or masked), sex, age; and the tails of numbers that are never shown whole."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SEXES = {1: gettext_lazy("男"), 2: gettext_lazy("女")}  # GB/T 2261.1

# 卫生专业技术职称 that have an English word; others stay as the house calls them.
TITLES = {
    "主任医师": gettext_lazy("主任医师"),
    "副主任医师": gettext_lazy("副主任医师"),
    "主治医师": gettext_lazy("主治医师"),
    "住院医师": gettext_lazy("住院医师"),
    "执业助理医师": gettext_lazy("执业助理医师"),
    "全科医师": gettext_lazy("全科医师"),
    "乡村医生": gettext_lazy("乡村医生"),
    "主任护师": gettext_lazy("主任护师"),
    "副主任护师": gettext_lazy("副主任护师"),
    "主管护师": gettext_lazy("主管护师"),
    "护师": gettext_lazy("护师"),
    "护士": gettext_lazy("护士"),
    "健康管理师": gettext_lazy("健康管理师"),
    "经办员": gettext_lazy("经办员"),
}


# Systems that residents and files come from by themselves; of any other its own name is shown.
SOURCES = {"synthetic": gettext_lazy("合成数据"), "spreadsheet": gettext_lazy("表格")}


def source_words(system: str) -> str:
    return str(SOURCES.get(system, system))


def title_words(title: str) -> str:
    return str(TITLES.get(title, title))


def masked_name(name: str) -> str:
    """ "陈*明", "李*", "欧**华": first and last character stay. Latin names keep their initials."""
    name = name.strip()
    if name.isascii():
        return " ".join(f"{part[0]}***" for part in name.split())
    if len(name) < 3:
        return name[:1] + "*" * (len(name) - 1)
    return name[0] + "*" * (len(name) - 2) + name[-1]


def sex_words(sex: int) -> str:
    return str(SEXES[sex]) if sex in SEXES else _("性别未知")


def age_words(birth_date: date | None, *, on: date) -> str:
    """Completed years; months below three years, days below one month (a newborn's age decides where it goes)."""
    if birth_date is None:
        return _("年龄未知")
    years = on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))
    months = (on.year - birth_date.year) * 12 + on.month - birth_date.month - (on.day < birth_date.day)
    if years >= 3:
        return _("%(count)d 岁") % {"count": years}
    if months >= 1:
        return _("%(count)d 个月") % {"count": months}
    return _("%(count)d 天") % {"count": (on - birth_date).days}


def tail(number: str, keep: int = 4) -> str:
    """ "···· 1234": what may be shown of an ID or phone number."""
    return f"···· {number[-keep:]}" if number else ""
