"""Keys of a demonstration, made once and kept in `keys.env` (mode 0600). Production hands in its own."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

MAKERS: dict[str, Callable[[], str]] = {
    "FENJI_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FENJI_SEALING_KEYS": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
    "FENJI_LOOKUP_KEY": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
}


def demonstration_keys(home: Path) -> dict[str, str]:
    """The keys kept in `home`, made first where they are missing."""
    file = home / "keys.env"
    kept = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line) if file.exists() else {}
    keys = {name: kept.get(name) or make() for name, make in MAKERS.items()}
    if keys != kept:
        _write(file, keys)
    return keys


def _write(file: Path, keys: dict[str, str]) -> None:
    half = file.with_suffix(".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={value}\n" for name, value in keys.items())
        out.flush()
        os.fsync(out.fileno())
    half.rename(file)
