"""What a backup says about keys, and never the keys themselves: they are kept apart from what they open.

Without the sealing keys nobody can read an ID or telephone number of a backup; so whoever finds one cannot either.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from fenji.config.backup_file import BackupError, Manifest, refuse_existing
from fenji.config.keys import MAKERS


def marks() -> dict[str, Any]:
    """By what the configured keys are recognised; none of them follows from it."""
    sealing = os.environ.get("FENJI_SEALING_KEYS", "").replace("\n", ",").split(",")
    return {
        "lookup": _stamp(b"which key") if _lookup() else "",
        "sealing": [_name(part) for part in map(str.strip, sealing) if part],
    }


def unknown_keys(manifest: Manifest) -> list[str]:
    """The settings whose keys are not those of the backup."""
    wanted, ours = manifest["keys"], marks()
    missing = ["FENJI_LOOKUP_KEY"] if wanted["lookup"] and wanted["lookup"] != ours["lookup"] else []
    return missing + (["FENJI_SEALING_KEYS"] if set(wanted["sealing"]) - set(ours["sealing"]) else [])


def seal(manifest: Manifest) -> Manifest:
    """The manifest with a stamp that only holders of the look-up key can make; without a key it stays empty."""
    return manifest | {"seal": _stamp(_canonical(manifest)) if _lookup() else ""}


def check_seal(manifest: Manifest) -> bool:
    """Whether the stamp could be checked: the look-up key is the backup's. Raises BackupError if it is not right."""
    if not manifest["seal"] or manifest["keys"]["lookup"] != marks()["lookup"]:
        return False
    if not hmac.compare_digest(manifest["seal"], _stamp(_canonical(manifest))):
        raise BackupError("备份清单被改动过：请改用另一份 / the manifest was changed: take another backup.")
    return True


def write_keys(target: Path) -> Path:
    """The keys of this process in a file of their own that only its owner may read; returns it."""
    missing = [name for name in MAKERS if not os.environ.get(name)]
    if missing:
        raise BackupError(f"没有可写出的密钥 / there are no keys to write: {', '.join(missing)}")
    refuse_existing(target)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{name}={os.environ[name]}\n" for name in MAKERS)
        out.flush()
        os.fsync(out.fileno())
    return target


def _canonical(manifest: Manifest) -> bytes:
    return json.dumps({k: v for k, v in manifest.items() if k != "seal"}, sort_keys=True).encode()


def _stamp(text: bytes) -> str:
    return hmac.digest(_lookup().encode(), b"fenji backup\0" + text, "sha256").hex()


def _lookup() -> str:
    return os.environ.get("FENJI_LOOKUP_KEY", "").strip()


def _name(key: str) -> str:
    """The first bytes of the key's hash, which stand in front of each sealed value as well."""
    try:
        return hashlib.sha256(base64.b64decode(key)).hexdigest()[:8]
    except binascii.Error:
        return ""
