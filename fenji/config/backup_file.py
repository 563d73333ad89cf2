"""The file of a backup: a tar of `database.dump` (pg_dump's custom format) and `manifest.json`.

It is written in one pass to a name of its own and renamed when it is whole: what bears the name of a backup is one.
"""

import hashlib
import io
import json
import os
import tarfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

DUMP, MANIFEST, FORMAT = "database.dump", "manifest.json", 1
BLOCK = 1 << 20
Report = Callable[[int, int], None]
Manifest = dict[str, Any]


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message says what to do."""


@dataclass(frozen=True)
class Written:
    """What went into the dump."""

    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Backup:
    """A backup as it lies on the disk."""

    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        return int(self.manifest["dump"]["size"])

    @contextmanager
    def dump(self) -> Iterator[IO[bytes]]:
        """The file, standing at the first byte of the dump; nobody must read on after `size` bytes."""
        with self.path.open("rb", buffering=0) as file:
            file.seek(tarfile.BLOCKSIZE)  # the dump is the first member
            yield file

    def check(self, report: Report = lambda done, total: None) -> None:
        """Read the whole dump; raises BackupError unless it is the one that was written."""
        digest, done = hashlib.sha256(), 0
        with self.dump() as file:
            while block := file.read(min(BLOCK, self.size - done)):
                digest.update(block)
                done += len(block)
                report(done, self.size)
        if digest.hexdigest() != self.manifest["dump"]["sha256"]:
            raise _damaged(self.path)


def read(path: Path) -> Backup:
    """The backup at `path`; raises BackupError for anything else."""
    try:
        with tarfile.open(path, "r:") as archive:
            names = archive.getnames()
            file = archive.extractfile(MANIFEST)
            manifest = json.load(file) if file and names == [DUMP, MANIFEST] else None
    except (tarfile.TarError, OSError, ValueError, KeyError) as error:
        raise _damaged(path) from error
    if not isinstance(manifest, dict):
        raise _damaged(path)
    if manifest.get("format") != FORMAT:
        raise BackupError(f"{path}：备份格式不受支持 / made by a version of Fenji that this one does not know.")
    return Backup(path, manifest)


def write(out: IO[bytes], dump: Iterable[bytes], manifest: Callable[[Written], Manifest]) -> None:
    """Write the dump as it comes, then the manifest, which may name its checksum."""
    out.write(bytes(tarfile.BLOCKSIZE))  # the dump's header, once its size is known
    digest, size = hashlib.sha256(), 0
    for block in dump:
        digest.update(block)
        size += out.write(block)
    out.write(_padding(size))
    out.seek(0)
    out.write(_header(DUMP, size))
    out.seek(0, io.SEEK_END)
    text = json.dumps(manifest(Written(size, digest.hexdigest())), ensure_ascii=False, indent=1).encode()
    out.write(_header(MANIFEST, len(text)) + text + _padding(len(text)))
    out.write(bytes(2 * tarfile.BLOCKSIZE))  # the end of a tar


@contextmanager
def new_file(target: Path) -> Iterator[IO[bytes]]:
    """A file that gets the name `target` when it is whole and on the disk; nothing is ever overwritten."""
    refuse_existing(target)
    half = target.with_name(f"{target.name}.half")
    try:
        descriptor = os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{half} 正在写入或上次中断，确认后请删除 / is being written or was cut off.") from None
    try:
        with os.fdopen(descriptor, "r+b") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        refuse_existing(target)
        half.rename(target)
        _settle(target.parent)
    finally:
        half.unlink(missing_ok=True)


def refuse_existing(target: Path) -> None:
    if target.exists():
        raise BackupError(f"{target} 已存在，不会覆盖 / is there already and is not overwritten.")


def _settle(directory: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(time.time())
    return info.tobuf(tarfile.GNU_FORMAT)  # knows more than 8 GiB within one block


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _damaged(path: Path) -> BackupError:
    return BackupError(f"{path} 不是完整的备份：请改用另一份 / is not a whole backup of Fenji: take another one.")
