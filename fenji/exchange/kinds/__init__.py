"""What can be imported: one module per kind of table, each with its columns and what one row does."""

from fenji.exchange.kinds import (
    beds,
    blocks,
    contracts,
    departments,
    enrolments,
    institutions,
    items,
    residents,
    schedules,
    settlements,
    staff,
)
from fenji.exchange.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    module.KIND.code: module.KIND
    for module in (
        institutions, departments, staff, residents, schedules, contracts, beds, blocks, enrolments, items, settlements
    )
}  # fmt: skip
