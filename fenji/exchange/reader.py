"""Reads a workbook in a process of its own: `python -m fenji.exchange.reader` takes xlsx on stdin, gives JSON rows.

A file of a few hundred bytes may claim a cell in the last row and column and make its reader ask for gigabytes. Here
memory and time are bounded, and whatever happens ends this process only. Knows neither Django nor the database.
"""

import io
import json
import resource
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

MOST_MEMORY = 1536 * 1024 * 1024
MOST_SECONDS = 60
UNREADABLE, TOO_LARGE = 3, 4  # exit codes
KINDS = {"datetime": datetime.fromisoformat, "date": date.fromisoformat, "time": time.fromisoformat}


def main(most_rows: int, most_columns: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    except (CalamineError, ValueError, IndexError, OSError, OverflowError):
        return UNREADABLE
    if sheet.width > most_columns or sheet.height > most_rows:
        return TOO_LARGE
    rows = sheet.to_python(skip_empty_area=False)
    json.dump(rows, sys.stdout, default=_told)
    return 0


def understood(cell: Any) -> Any:
    """A cell as `main` wrote it, in its own kind again."""
    if not isinstance(cell, dict):
        return cell
    [(kind, value)] = cell.items()
    return timedelta(seconds=value) if kind == "timedelta" else KINDS[kind](value)


def _told(cell: datetime | date | time | timedelta) -> dict[str, Any]:
    value = cell.total_seconds() if isinstance(cell, timedelta) else cell.isoformat()
    return {type(cell).__name__: value}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
