"""How many calls an account may make in a minute, counted over all processes of the server.

The counts lie in memory that the processes share because it was there before they parted. A lock of the file under it
ends with its process, so that one that is killed while it counts locks nobody out.
"""

import fcntl
import mmap
import struct
import tempfile
import threading
import time

from django.conf import settings

from fenji.api.errors import TooManyCalls

SLOTS = 65_536  # accounts whose numbers are so far apart share one
SLOT = struct.Struct("=qq")  # the minute, and the calls in it


def check(account_id: int) -> None:
    """Count a call; raises TooManyCalls above the limit (`FENJI_API_CALLS_PER_MINUTE` in the settings changes it)."""
    minute, second = divmod(int(time.time()), 60)
    if _counts.add(account_id, minute) > settings.FENJI_API_CALLS_PER_MINUTE:
        raise TooManyCalls(60 - second)


class SharedCounts:
    """Calls by account in the minute last seen. Made before the processes part, it counts for all of them."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process
        self._file.truncate(SLOTS * SLOT.size)
        self._memory = mmap.mmap(self._file.fileno(), SLOTS * SLOT.size)
        self._threads = threading.Lock()  # the file's lock keeps processes apart, not threads

    def add(self, account_id: int, minute: int) -> int:
        """Count one call in this minute; how many it has now."""
        place = account_id % SLOTS * SLOT.size
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, SLOT.size, place)
            try:
                counted_in, calls = SLOT.unpack_from(self._memory, place)
                calls = calls + 1 if counted_in == minute else 1
                SLOT.pack_into(self._memory, place, minute, calls)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, SLOT.size, place)
        return calls


_counts = SharedCounts()
