"""The page of settings, from `fenji.config.variables`."""

from fenji.config.variables import VARIABLES

OPENING = """# Settings

All settings are environment variables. A demonstration (`make run`) needs none. A production start refuses to begin
without those marked ●; how to choose them is in [production](../how-to/production.md).

| Variable | Meaning | Default | Production |
| --- | --- | --- | --- |
"""


def text() -> str:
    rows = (
        f"| `{item.name}` | {item.meaning} | {item.default} | {'●' if item.production else ''} |" for item in VARIABLES
    )
    return OPENING + "\n".join(rows) + "\n"
