"""Synthetic people at a city's institutions, and from them teams, duty rota and weekly clinics.

The same network and seed give the same people, and an institution's people keep their names when others are added.
Nobody here exists: names are drawn from common surnames and given names, licences begin with DEMO. Numbers per
department are assumed, sized for a demonstration: some 5,700 places a week in all of Yangjiang.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from zlib import crc32

import numpy as np

from fenji.cities.network import Department, Institution, Network
from fenji.kernel.roles import Role
from fenji.kernel.tiers import Kind, LinkKind, Tier
from fenji.simulator.posts import Post, StaffMember, random_stream
from fenji.simulator.work_patterns import (
    Clinic,
    DutyTurn,
    StaffTeam,
    duty_rota,
    synthetic_schedules,
    synthetic_teams,
)

__all__ = [
    "Clinic",
    "DutyTurn",
    "Post",
    "StaffMember",
    "StaffTeam",
    "duty_rota",
    "synthetic_schedules",
    "synthetic_staff",
    "synthetic_teams",
]

SURNAMES = "陈李黄林张梁谭刘许曾叶何莫敖关冯范钟洪姚苏蔡谢郑杨吴罗邓卢利车阮项柯戴温"
# Two-character and one-character given names, separated by spaces.
GIVEN_NAMES = (
    "志明 建华 伟强 国荣 永康 家豪 俊杰 浩然 文斌 晓东 海峰 振宇 立群 少华 启航 思源 冠中 耀辉 锦添 卓然 "
    "秀兰 丽华 晓燕 美玲 淑芬 海燕 雪梅 婉婷 嘉欣 静怡 慧敏 诗雅 玉珍 春梅 雅琴 佩珊 颖 洁 敏 琳 波 涛 毅 辉"
)
PHYSICIAN_TITLES = ("主任医师", "副主任医师", "主治医师", "住院医师")
Vacancy = tuple[str, int, str, Post]  # stem of the key, number, title, post


def synthetic_staff(network: Network, seed: int) -> list[StaffMember]:
    """Everybody who works in the network, in the order of its institutions."""
    staff = [member for one in network.institutions for member in _people_of(one, seed)]
    return _with_second_sites(network, staff)


# --- who works at an institution


def _people_of(one: Institution, seed: int) -> list[StaffMember]:
    random = random_stream(seed, one.code)
    return [
        StaffMember(
            key=f"{one.code}-{stem}-{n:02d}",
            name=str(random.choice(list(SURNAMES))) + str(random.choice(GIVEN_NAMES.split())),
            title=title,
            licence=f"DEMO{crc32(f'{one.code}-{stem}-{n}'.encode()):010d}" if "医" in title else "",
            phone=one.phone,
            posts=(post,),
        )
        for stem, n, title, post in _posts_of(one, random)
    ]


def _posts_of(one: Institution, random: np.random.Generator) -> Iterator[Vacancy]:
    """What posts an institution has: a stem for the key, a number, the title and the post."""
    if one.kind is Kind.COMMISSION:
        yield from _several(one, None, Role.COMMISSION, "officer", 3 if one.tier is Tier.CITY else 2, "科员")
    elif one.kind is Kind.INSURER:
        yield from _several(one, None, Role.INSURER, "clerk", 3, "经办员")
    elif one.kind is Kind.VILLAGE_STATION:
        yield from _several(one, None, Role.VILLAGE_DOCTOR, "doctor", 1, "乡村医生")
    else:
        for department in one.departments:
            yield from _department_posts(one, department, random)
        if one.tier is Tier.TOWNSHIP:
            yield from _several(one, None, Role.PRIMARY_HEAD, "head", 1, "副主任医师")


def _several(
    one: Institution, department: Department | None, role: Role, stem: str, number: int, title: str
) -> Iterator[Vacancy]:
    post = Post(one.code, department.code if department else None, role)
    for n in range(1, number + 1):
        yield stem, n, title, post


def _department_posts(one: Institution, department: Department, random: np.random.Generator) -> Iterator[Vacancy]:
    if department.is_office:
        number = {Tier.CITY: 5, Tier.COUNTY: 4}.get(one.tier, 2)
        yield from _several(one, department, Role.REFERRAL_OFFICE, "office", number, "主管护师")
    elif department.specialty == "02" and one.tier is Tier.TOWNSHIP:
        yield from _family_doctors(one, department, int(random.integers(2, 5)))
    elif department.specialty == "01":
        yield from _several(one, department, Role.NURSE, "health-manager", 2, "健康管理师")
    elif department.specialty == "32" and _is_reading_centre(one):
        yield from _several(one, department, Role.READER, "reader", 3, "副主任医师")
    else:
        yield from _physicians(one, department)


def _family_doctors(one: Institution, department: Department, number: int) -> Iterator[Vacancy]:
    post = Post(one.code, department.code, Role.FAMILY_DOCTOR, "general", 1, 30)
    for n in range(1, number + 1):
        yield "gp", n, "主治医师" if n == 1 else "全科医师", post


def _physicians(one: Institution, department: Department) -> Iterator[Vacancy]:
    """Three to a department in the city, two in a county, one below; the first of a city's clinic is an expert."""
    number = {Tier.CITY: 3, Tier.COUNTY: 2}.get(one.tier, 1)
    for n in range(1, number + 1):
        title = PHYSICIAN_TITLES[min(n - 1 + (one.tier is not Tier.CITY), 3)]
        post = Post(one.code, department.code, Role.PHYSICIAN)
        if department.has_clinic and one.tier is Tier.CITY:
            expert = Post(one.code, department.code, Role.PHYSICIAN, "expert", 1, 30)
            post = expert if n == 1 else replace(expert, line="specialist", clinics=4 - n, place_minutes=20)
        elif department.has_clinic:
            post = Post(one.code, department.code, Role.PHYSICIAN, "specialist", 1, 30)
        yield department.code, n, title, post


def _is_reading_centre(one: Institution) -> bool:
    return one.tier is Tier.CITY and any(attribute.name == "remote_centre" for attribute in one.attributes)


# --- second sites (Y 二(三)1: 推动专家到基层; Y 二(十): 多点执业)


def _with_second_sites(network: Network, staff: list[StaffMember]) -> list[StaffMember]:
    """One physician of a hospital that helps an institution also sees patients there, one half-day a week."""
    by_key = {member.key: member for member in staff}
    seniors: dict[str, list[tuple[StaffMember, Post]]] = defaultdict(list)
    for member in staff:
        post = member.posts[0]
        if post.role is Role.PHYSICIAN and post.clinics and member.key.endswith(("01", "02")):
            seniors[post.institution].append((member, post))
    for lower in network.institutions:
        helping = sorted(network.uppers(lower.code, LinkKind.GROUP) | network.uppers(lower.code, LinkKind.ASSISTANCE))
        candidates = (
            [pair for code in helping[crc32(lower.code.encode()) % len(helping) :] for pair in seniors[code]]
            if helping
            else []
        )
        for member, post in candidates:
            department = _place_for(lower, network.institution(post.institution).department(post.department or ""))
            if department is not None and len(by_key[member.key].posts) == 1:
                visit = Post(lower.code, department, Role.PHYSICIAN, "expert", 1, 30)
                by_key[member.key] = replace(member, posts=(post, visit))
                break
    return list(by_key.values())


def _place_for(lower: Institution, department: Department) -> str | None:
    """Where a visitor from `department` sees patients: the same specialty's clinic, else general practice."""
    clinics = [own for own in lower.departments if own.has_clinic]
    for wanted in (department.specialty, department.specialty[:2], "02"):
        for own in clinics:
            if own.specialty == wanted:
                return own.code
    return None
