"""Bills as a city's year brings them, invented: 2.6 million people to ten million bills, in order of person and day."""

from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fenji.kernel.payment.codes import Group, PayTier, ReferralState, Setting
from fenji.kernel.payment.rows import Rows, empty_rows

PEOPLE_PER_BILL = 0.26
YEAR = 2017
NEW_YEAR = (date(YEAR, 1, 1) - date(1970, 1, 1)).days
CHUNK = 256 * 1024  # bills, as the settlement of a file takes them

# Of a hundred bills: how many of each setting; of each setting: tiers (village to tertiary) and the size of a bill.
SETTINGS = [0.62, 0.19, 0.04, 0.13, 0.02]
TIERS = np.array([[0.30, 0.42, 0.20, 0.08], [0.10, 0.50, 0.28, 0.12], [0, 0.05, 0.35, 0.60],
                  [0, 0.22, 0.48, 0.30], [0, 0.05, 0.50, 0.45]])  # fmt: skip
MEDIAN_YUAN = np.array([[45, 80, 180, 260], [60, 120, 220, 300], [0, 400, 900, 1500],
                        [0, 1800, 5200, 12500], [0, 1500, 4200, 7800]])  # fmt: skip
STATES = [0.0, 0.34, 0.14, 0.06, 0.38, 0.05, 0.03]  # of care above the community
GROUPS = [0.62, 0.14, 0.18, 0.05, 0.01]
SHARES = np.array(
    [0.46, 0.20, 0.12, 0.06, 0.04, 0.09, 0.03]
)  # 甲, 乙 (drugs, services, materials, own), 丙, over ceiling


def synthesize(count: int, seed: int = 20170701) -> Iterator[Rows]:
    """About `count` bills in chunks of whole people, the same for the same seed."""
    random = np.random.default_rng(seed)
    done, person = 0, 0
    while done < count:
        people = max(1, round(min(CHUNK, count - done) * PEOPLE_PER_BILL))
        chunk = _people(random, people, first_person=person + 1, first_bill=done + 1)
        yield chunk
        done, person = done + len(chunk), person + people


def _people(random: np.random.Generator, people: int, first_person: int, first_bill: int) -> Rows:
    each = random.negative_binomial(1.1, 1.1 / (1.1 + 1 / PEOPLE_PER_BILL), people)
    each[0] = max(each[0], 1)
    who = np.repeat(np.arange(people), each)
    size = len(who)
    day = np.sort(who * 366 + random.integers(0, 365, size)) - who * 366  # a person's days in order
    setting = random.choice(5, size, p=SETTINGS)
    tier = (random.random(size)[:, None] > TIERS.cumsum(axis=1)[setting]).sum(axis=1).clip(0, 3)
    state = random.choice(7, size, p=STATES)
    state[tier <= PayTier.COMMUNITY] = ReferralState.FIRST_CONTACT
    total = (MEDIAN_YUAN[setting, tier] * 100 * random.lognormal(0, 0.9, size)).astype(np.int64)
    parts = [(total * part).astype(np.int64) for part in SHARES[1:]]
    person_wide = {
        "scheme": (random.random(people) < 0.78).astype(np.int64),
        "contract": (random.random(people) < 0.35).astype(np.int64),
        "group": random.choice(5, people, p=GROUPS).astype(np.int64),
    }
    person_wide["group"][(person_wide["group"] == Group.RETIRED) & (person_wide["scheme"] == 1)] = Group.GENERAL
    columns = dict(
        id=np.arange(first_bill, first_bill + size),
        person=who + first_person,
        year=np.full(size, YEAR),
        day=day + NEW_YEAR,
        chain=_chains(random, who + first_person, setting),
        setting=setting,
        tier=tier,
        referral_state=state,
        a_cents=total - sum(parts),
        b_drug_cents=parts[0],
        b_service_cents=parts[1],
        b_material_cents=parts[2],
        b_items_cents=parts[3],
        b_items_own_cents=parts[3] * 15 // 100,
        c_cents=parts[4],
        over_ceiling_cents=parts[5],
        drug_cents=(total * random.uniform(0.2, 0.7, size)).astype(np.int64),
        **{name: values[who] for name, values in person_wide.items()},
    )
    rows = empty_rows(size)
    for name, values in columns.items():
        rows[name] = values
    return rows


def _chains(random: np.random.Generator, person: NDArray[np.int64], setting: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of the chain a stay belongs to: most of a person's stays are of one illness; visits have none."""
    stay = setting >= Setting.INPATIENT
    return np.where(stay, person * 2 + (random.random(len(person)) < 0.2), 0)
