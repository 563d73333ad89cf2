"""The demonstration's way out: one line of JSON per message under `outbox/`, numbers masked, nobody is bothered."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from fenji.apps.common import clock
from fenji.apps.notices.errors import DeliveryFailed


def outbox() -> Path:
    """The directory the lines are written to."""
    home = getattr(settings, "OUTBOX", None)
    return Path(home) if home else Path(os.environ.get("FENJI_HOME") or ".fenji") / "outbox"


def mask(address: str) -> str:
    """13812345678 → 138****5678; a member's id is left as it is."""
    digits = sum(character.isdigit() for character in address)
    if digits < 7:
        return address
    return address[:3] + "*" * (len(address) - 7) + address[-4:]


@dataclass(frozen=True)
class FileAdapter:
    channel: str
    name: str = "file"

    def send(self, *, address: str, text: str, key: str) -> None:
        at = clock.now().isoformat(timespec="seconds")
        line = {"at": at, "channel": self.channel, "to": mask(address), "text": text, "id": key}
        try:
            directory = outbox()
            directory.mkdir(parents=True, exist_ok=True)
            # one write to a file opened for appending: lines of several workers do not mix
            descriptor = os.open(directory / f"{self.channel}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            finally:
                os.close(descriptor)
        except OSError as error:
            raise DeliveryFailed(f"写不了发件文件：{error.strerror}") from None
