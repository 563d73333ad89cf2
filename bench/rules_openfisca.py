"""The payment rule in OpenFisca, as far as it can say it: one bill at a time, told what the year had seen before.

OpenFisca knows no order within a person's year, so the accumulators and the chain are inputs; tables are NumPy arrays
(its parameter trees are slower). Its whole numbers are int32: amounts over 21 million yuan do not fit.
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from fenji.kernel.payment.codes import Setting
from fenji.kernel.payment.policy import PaymentPolicy
from fenji.kernel.payment.rows import Rows

PERIOD = "2017"
BILL = build_entity(key="bill", plural="bills", label="a bill", is_person=True)
YEAR_BEFORE = ("stays", "deductible_before", "fund_setting_before", "fund_year_before", "burden_before",
               "catastrophic_before", "hardship_before", "assistance_before")  # fmt: skip
GIVEN = ("scheme", "setting", "tier", "referral_state", "contract", "group", "a_cents", "b_drug_cents",
         "b_service_cents", "b_material_cents", "b_items_cents", "b_items_own_cents", "c_cents", "over_ceiling_cents",
         "chain_tier", "chain_order", "chain_deductible_cents", "chain_ratio_permille")  # fmt: skip
AMOUNTS = ("own_share", "eligible", "chained", "deductible", "ratio", "fund", "catastrophic", "assistance",
           "self_cents")  # fmt: skip
WHOLE = np.int64


def before_of(rows: Rows, out: Rows, policy: PaymentPolicy) -> dict[str, NDArray[np.int64]]:
    """What each bill's year had seen before it, from what the kernel found."""
    stay = rows["setting"] >= Setting.INPATIENT
    compliant = rows["referral_state"] < 4
    chained = (rows["chain_tier"] >= 0) & stay & compliant & (policy.deductible_chain != 0)
    eligible = rows["a_cents"] + sum(rows[f"b_{kind}_cents"] for kind in ("drug", "service", "material", "items"))
    own = rows["b_items_own_cents"] + sum(
        (rows[f"b_{kind}_cents"] * np.array(policy.own_share_permille)[rows["scheme"] * 3 + place] + policy.rounding)
        // 1000
        for place, kind in enumerate(("drug", "service", "material"))
    )
    burden = eligible - own - out["fund_cents"]
    counts = np.array(policy.catastrophic_counts)[rows["referral_state"]]
    hardship = np.array(policy.assistance_counts)[rows["referral_state"]]
    by_setting = {name: np.zeros(len(rows), WHOLE) for name in ("deductible_cents", "fund_cents")}
    for name, found in by_setting.items():
        for setting in Setting:
            here = rows["setting"] == setting
            found[here] = _before(rows["person"], np.where(here, out[name], 0))[here]
    return {
        "stays": _before(rows["person"], (stay & ~chained).astype(WHOLE)),
        "deductible_before": by_setting["deductible_cents"],
        "fund_setting_before": by_setting["fund_cents"],
        "fund_year_before": _before(rows["person"], out["fund_cents"]),
        "burden_before": _before(rows["person"], burden * counts),
        "catastrophic_before": _before(rows["person"], out["catastrophic_cents"]),
        "hardship_before": _before(rows["person"], (burden - out["catastrophic_cents"]) * hardship),
        "assistance_before": _before(rows["person"], out["assistance_cents"]),
    }


def _before(person: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum over the person's earlier rows."""
    running = np.cumsum(values) - values
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]])
    return running - np.repeat(running[starts], np.diff(np.r_[starts, len(person)]))


def simulation_of(rows: Rows, before: dict[str, NDArray[np.int64]], policy: PaymentPolicy) -> Any:
    """A simulation with every input set, ready to be asked for `self_cents`."""
    system = TaxBenefitSystem([BILL])
    for name in (*GIVEN, *YEAR_BEFORE):
        system.add_variable(_variable(name, None))
    rules = Rules(policy)
    for name in AMOUNTS:
        system.add_variable(_variable(name, getattr(rules, name)))
    simulation = SimulationBuilder().build_default_simulation(system, count=len(rows))
    for name in GIVEN:
        simulation.set_input(name, PERIOD, rows[name])
    for name in YEAR_BEFORE:
        simulation.set_input(name, PERIOD, before[name])
    return simulation


def _variable(name: str, formula: Any) -> type[Variable]:
    body: dict[str, Any] = {"value_type": int, "entity": BILL, "definition_period": DateUnit.YEAR}
    if formula is not None:
        body["formula"] = lambda bill, period: formula(lambda other: bill(other, period).astype(WHOLE))
    return type(name, (Variable,), body)


class Rules:
    """Each amount from those before it; `of` gives another variable of the same bills."""

    def __init__(self, policy: PaymentPolicy) -> None:
        arrays: Any = [np.array(value) if isinstance(value, tuple) else value for value in policy]
        self.p = PaymentPolicy(*arrays)

    def share(self, cents: Any, permille: Any) -> Any:
        return (cents * permille + self.p.rounding) // 1000

    def own_share(self, of: Any) -> Any:
        row, shares = of("scheme") * 3, self.p.own_share_permille
        kinds = enumerate(("drug", "service", "material"))
        return sum(self.share(of(f"b_{kind}_cents"), shares[row + i]) for i, kind in kinds) + of("b_items_own_cents")

    def eligible(self, of: Any) -> Any:
        parts = ("a", "b_drug", "b_service", "b_material", "b_items")
        return sum(of(f"{part}_cents") for part in parts) - of("own_share")

    def chained(self, of: Any) -> Any:
        further = (of("chain_tier") >= 0) & (of("setting") >= 3) & (of("referral_state") < 4)
        return further & (self.p.deductible_chain != 0)

    def deductible(self, of: Any) -> Any:
        order = np.minimum(2, np.where(of("chained"), of("chain_order"), of("stays"))) * (of("setting") >= 3)
        place = ((of("setting") * 2 + of("scheme")) * 4 + of("tier")) * 3 + order
        full = self.share(self.p.deductible_cents[place], self.p.deductible_referral_permille[of("referral_state")])
        borne = of("deductible_before") * self.p.deductible_yearly[of("setting")]
        borne = np.maximum(borne, of("chain_deductible_cents") * of("chained"))
        none = of("chained") & ((self.p.deductible_chain != 1) | (of("tier") < of("chain_tier")))
        return np.minimum(of("eligible"), np.maximum(0, full - borne) * (1 - none))

    def ratio(self, of: Any) -> Any:
        p = self.p
        base = p.ratio_permille[(of("setting") * 2 + of("scheme")) * 4 + of("tier")]
        base = base + np.maximum(0, of("chain_ratio_permille") - base) * p.higher_wins * of("chained")
        added = base + p.ratio_referral_points[(of("setting") * 4 + of("tier")) * 7 + of("referral_state")]
        added = added + p.ratio_contract_points[of("setting") * 4 + of("tier")] * of("contract")
        added = added + p.ratio_group_points[(of("setting") * 2 + of("scheme")) * 5 + of("group")]
        return np.clip(added, 0, p.ratio_highest_permille) * (base > 0)

    def fund(self, of: Any) -> Any:
        p, row = self.p, of("setting") * 2 + of("scheme")
        paid = self.share(of("eligible") - of("deductible"), of("ratio"))
        paid = np.minimum(paid, p.cap_visit_cents[row * 4 + of("tier")])
        paid = np.minimum(paid, np.maximum(0, p.cap_setting_cents[row] - of("fund_setting_before")))
        return np.minimum(paid, np.maximum(0, p.cap_year_cents[of("scheme")] - of("fund_year_before")))

    def catastrophic(self, of: Any) -> Any:
        counted = (of("eligible") - of("fund")) * self.p.catastrophic_counts[of("referral_state")]
        paid = self._earned(of("burden_before") + counted, of) - self._earned(of("burden_before"), of)
        left = self.p.catastrophic_cap_cents[of("scheme")] - of("catastrophic_before")
        return np.minimum(np.minimum(paid, counted), np.maximum(0, left))

    def _earned(self, burden: Any, of: Any) -> Any:
        above = np.maximum(0, burden - self.p.catastrophic_deductible_cents[of("scheme") * 5 + of("group")])
        bands = enumerate(pairwise([*self.p.catastrophic_from_cents, np.iinfo(np.int64).max]))
        ratios, row = self.p.catastrophic_permille, of("group") * 4
        return sum(self.share(np.clip(above - low, 0, high - low), ratios[row + i]) for i, (low, high) in bands)

    def assistance(self, of: Any) -> Any:
        counted = of("eligible") - of("fund") - of("catastrophic")
        counted = counted * self.p.assistance_counts[of("referral_state")]
        paid = self._helped(of("hardship_before") + counted, of) - self._helped(of("hardship_before"), of)
        left = self.p.assistance_cap_cents[of("group")] - of("assistance_before")
        return np.minimum(np.minimum(paid, counted), np.maximum(0, left))

    def _helped(self, hardship: Any, of: Any) -> Any:
        above = np.maximum(0, hardship - self.p.assistance_from_cents[of("group")])
        return self.share(above, self.p.assistance_permille[of("group")])

    def self_cents(self, of: Any) -> Any:
        outside = of("c_cents") + of("over_ceiling_cents") + of("own_share")
        return outside + of("eligible") - of("fund") - of("catastrophic") - of("assistance")
