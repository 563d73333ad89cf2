"""The reference of the API: every operation with what it takes, gives and may refuse, from its own description."""

import os
from collections.abc import Iterator

OPENING = """# The JSON API

Version 1, below `/api/v1/`. `GET /api/v1/openapi.json` describes every field; `/api/v1/docs` shows this list on your
installation. How to get a token and move a referral: [call the API](../how-to/call-the-api.md).

- **Who**: a program by `Authorization: Bearer …`, bound to one institution; a person by the session of the pages
  (writes with the CSRF token). 600 calls a minute an account and server process; above that 429 with `Retry-After`.
- **Refusals** have one shape: `{"code", "message", "remedy", "fields", "alternatives"}`; `fields` names each faulty
  field, `alternatives` other free places. 400 not JSON, 401 not known, 403 not yours to do, 404 absent or not yours to
  see, 409 not possible, taken or busy, 412 outdated, 413 too large, 422 wrong content, 428 no version, 429 too many.
- **Bodies** are JSON in UTF-8, at most 2 MB and twelve levels deep; an undeclared field is refused, not ignored.
- **`Idempotency-Key`** (writes): the same call with the same key within 48 hours happens once and answers the same.
- **`If-Match`** (moves of a referral): the version that was read, its `ETag`.
- **Numbers of people**: ID and mobile numbers are masked in every answer; telephones of institutions are not.
- **Times** carry an offset, days are `2026-01-05`, both as RFC 3339 writes them.

`acting_institution` (a code) is needed only by who holds posts at several institutions.
"""


def text() -> str:
    """The whole page, in Markdown."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fenji.config.settings")
    import django

    django.setup()
    return "\n".join((OPENING, *_lines())) + "\n"


def _lines() -> Iterator[str]:
    from fenji.api.description import described

    for name, operations in described():
        yield f"## {name.capitalize()}\n"
        yield "| Operation | What it does | Takes | Gives | May refuse |"
        yield "| --- | --- | --- | --- | --- |"
        for one in operations:
            headers = "".join(f"<br>`{header}`" for header in one.headers)
            words = f"**{one.summary}**" + (f". {one.description}" if one.description else "")
            refusals = " ".join(code for code in one.answers if not code.startswith("2"))
            cells = (f"`{one.method} {one.path}`{headers}", words, one.takes, one.gives, refusals)
            yield "| " + " | ".join(cell.replace("\n", " ").replace("|", "\\|") for cell in cells) + " |"
        yield ""
