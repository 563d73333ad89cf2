"""The payment rule in DuckDB's SQL: windows carry the year; what is recursive in a long chain is cut short.

Sums up to a row, capped and differenced, stand for accumulators; a chain's second stay sees the first. A yearly
deductible that differs between tiers, and what a third stay of a chain has borne, cannot be said by windows.
"""

from pathlib import Path
from typing import Any

import duckdb

from fenji.kernel.payment.policy import PaymentPolicy

RULE = """
with parts as (
    select * replace ({wide}), "on" as day, setting >= 3 as stay,
        share(b_drug_cents, t_own_share_permille(scheme * 3))
        + share(b_service_cents, t_own_share_permille(scheme * 3 + 1))
        + share(b_material_cents, t_own_share_permille(scheme * 3 + 2)) + b_items_own_cents as own,
        a_cents + b_drug_cents + b_service_cents + b_material_cents + b_items_cents - own as eligible,
        t_ratio_permille((setting * 2 + scheme) * 4 + tier) as own_base
    from {bills}
), chains as (
    select *, case when stay and chain <> 0 then lag(tier) over c end as chain_tier,
        case when stay and chain <> 0 then lag(eligible) over c end as chain_eligible,
        case when stay and chain <> 0 then lag(referral_state) over c end as chain_state,
        case when stay and chain <> 0 then lag(own_base) over c end as chain_base,
        coalesce(chain_tier is not null and referral_state < 4 and {chain} <> 0, false) as chained
    from parts window c as (partition by person, chain, stay order by day, id)
), orders as (
    select *, least(2, coalesce(sum((stay and not chained)::bigint) over (partition by person order by day, id
        rows between unbounded preceding and 1 preceding), 0))::bigint as seen
    from chains
), ordered as (
    select *, case when chained then lag(seen) over c else seen end as ord,
        case when chained then share(
            t_deductible_cents(((setting * 2 + scheme) * 4 + chain_tier) * 3 + lag(seen) over c),
            t_deductible_referral_permille(chain_state)) end as chain_full
    from orders window c as (partition by person, chain, stay order by day, id)
), dues as (
    select *, share(t_deductible_cents(((setting * 2 + scheme) * 4 + tier) * 3 + case when stay then ord else 0 end),
            t_deductible_referral_permille(referral_state)) as full_due,
        coalesce(sum(eligible) over (partition by person, setting order by day, id
            rows between unbounded preceding and 1 preceding), 0)::bigint as eligible_before
    from ordered
), deductibles as (
    select *, least(eligible, case
        when chained and ({chain} <> 1 or tier < chain_tier) then 0
        when chained then greatest(0, full_due - least(chain_eligible, chain_full))
        when t_deductible_yearly(setting) = 1 then greatest(0, full_due - least(full_due, eligible_before))
        else full_due end) as deductible,
        own_base + case when chained and {higher_wins} = 1 then greatest(0, chain_base - own_base) else 0 end as base
    from dues
), ratios as (
    select *, case when base > 0 then greatest(0, least({highest}, base
        + t_ratio_referral_points((setting * 4 + tier) * 7 + referral_state)
        + t_ratio_contract_points(setting * 4 + tier) * contract
        + t_ratio_group_points((setting * 2 + scheme) * 5 + "group"))) else 0 end as ratio
    from deductibles
), visits as (
    select *, least(share(eligible - deductible, ratio),
        t_cap_visit_cents((setting * 2 + scheme) * 4 + tier)) as after_visit
    from ratios
), settings as (
    select *, least(sum(after_visit) over s, cap) - least(sum(after_visit) over s - after_visit, cap) as after_setting
    from (select *, t_cap_setting_cents(setting * 2 + scheme) as cap from visits)
    window s as (partition by person, setting order by day, id rows unbounded preceding)
), funds as (
    select *, (least(sum(after_setting) over y, cap)
        - least(sum(after_setting) over y - after_setting, cap))::bigint as fund
    from (select * exclude cap, t_cap_year_cents(scheme) as cap from settings)
    window y as (partition by person order by day, id rows unbounded preceding)
), burdens as (
    select *, (eligible - fund) * t_catastrophic_counts(referral_state) as counted,
        (sum(counted) over y)::bigint as upto
    from funds window y as (partition by person order by day, id rows unbounded preceding)
), catastrophes as (
    select *, earned(upto, scheme, "group") - earned(upto - counted, scheme, "group") as earned_now,
        (least(sum(earned_now) over y, t_catastrophic_cap_cents(scheme))
        - least(sum(earned_now) over y - earned_now, t_catastrophic_cap_cents(scheme)))::bigint as catastrophic
    from burdens window y as (partition by person order by day, id rows unbounded preceding)
), hardships as (
    select *, (eligible - fund - catastrophic) * t_assistance_counts(referral_state) as hard,
        (sum(hard) over y)::bigint as hard_upto
    from catastrophes window y as (partition by person order by day, id rows unbounded preceding)
), helps as (
    select *, helped(hard_upto, "group") - helped(hard_upto - hard, "group") as help_now,
        (least(sum(help_now) over y, t_assistance_cap_cents("group"))
        - least(sum(help_now) over y - help_now, t_assistance_cap_cents("group")))::bigint as assistance
    from hardships window y as (partition by person order by day, id rows unbounded preceding)
)
select id, person, deductible as deductible_cents, ratio as ratio_permille, fund as fund_cents,
    catastrophic as catastrophic_cents, assistance as assistance_cents,
    own + eligible + c_cents + over_ceiling_cents - fund - catastrophic - assistance as self_cents
from helps
"""


def connect(policy: PaymentPolicy) -> Any:
    """A database in memory that knows the policy's tables as macros."""
    connection = duckdb.connect()
    for name, value in policy._asdict().items():
        if isinstance(value, tuple):
            connection.execute(f"create macro t_{name}(place) as ({list(value)}::bigint[])[place + 1]")
    connection.execute(f"create macro share(cents, permille) as (cents * permille + {policy.rounding}) // 1000")
    bounds = policy.catastrophic_from_cents
    bands = " + ".join(
        f"share(greatest(0, {_band(bounds, band)} - {low}), t_catastrophic_permille(grp * 4 + {band}))"
        for band, low in enumerate(bounds)
    ).replace("ABOVE", "greatest(0, burden - t_catastrophic_deductible_cents(scheme * 5 + grp))")
    connection.execute(f"create macro earned(burden, scheme, grp) as {bands}")
    connection.execute(
        "create macro helped(burden, grp) as"
        " share(greatest(0, burden - t_assistance_from_cents(grp)), t_assistance_permille(grp))"
    )
    return connection


def _band(bounds: tuple[int, ...], band: int) -> str:
    return "ABOVE" if band == len(bounds) - 1 else f"least(ABOVE, {bounds[band + 1]})"


def settle_by_sql(connection: Any, bills: Path, results: Path, policy: PaymentPolicy) -> None:
    """From Parquet to Parquet, with all threads that DuckDB likes."""
    rule = RULE.format(
        wide=", ".join(
            f'"{name}"::bigint as "{name}"' for name in ("scheme", "setting", "tier", "referral_state", "group")
        ),
        bills=f"read_parquet('{bills}')",
        chain=int(policy.deductible_chain),
        higher_wins=int(policy.higher_wins),
        highest=policy.ratio_highest_permille,
    )
    connection.execute(f"copy ({rule}) to '{results}' (format parquet, compression zstd)")
