"""One way to write a rulebook down, so that equal content has equal text and one hash."""

import json
from typing import Any

FORMAT = 2  # of the stored content: 2 brought layers


def canonical(data: Any) -> str:
    """JSON with sorted keys, no spaces, Chinese as it is; dates must already be text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
