"""`pg_dump` and `pg_restore` of the same major version as the server they talk to, run without a password in sight.

An older program refuses the server, a newer one writes what the server does not understand; so neither is taken.
"""

import io
import os
import re
import shutil
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from fenji.config import postgres_programs

RED_HAT = Path("/usr")  # /usr/pgsql-17/bin
LAST_WORDS = 8  # lines

Connection = psycopg.Connection[tuple[Any, ...]]
Heard = Callable[[str], None]


class NoClientPrograms(postgres_programs.NoPostgres):
    """This machine lacks pg_dump and pg_restore of the server's version."""


class NoAnswer(postgres_programs.NoPostgres):
    """The database cannot be reached."""


def connected(url: str) -> Connection:
    """A connection to `url`; raises NoAnswer with the server's words."""
    try:
        return psycopg.connect(url, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise NoAnswer(f"数据库无法连接 / the database does not answer: {error}") from None


def server_major(connection: Connection) -> int:
    return connection.info.server_version // 10000


def programs_for(major: int) -> Path:
    """The directory of the client programs of PostgreSQL `major`; raises NoClientPrograms with the remedy."""
    for directory in _directories():
        if _major_of(directory / "pg_dump") == major:
            return directory
    raise NoClientPrograms(
        f"数据库是 PostgreSQL {major}，本机没有同版本的 pg_dump：请安装 postgresql-client-{major}。"
        f" / The server is PostgreSQL {major} and this machine has no pg_dump of that version:"
        f" apt-get install postgresql-client-{major}."
    )


def newest_programs(at_least: int) -> Path:
    """Programs that can read an archive written by pg_dump `at_least`."""
    known = {major: directory for directory in _directories() if (major := _major_of(directory / "pg_restore"))}
    if known and max(known) >= at_least:
        return known[max(known)]
    return programs_for(at_least)


@dataclass
class Client:
    """A client program at work; `words` are the last it said."""

    process: "subprocess.Popen[bytes]"
    words: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_WORDS))

    @property
    def output(self) -> IO[bytes]:
        if self.process.stdout is None:
            raise RuntimeError("started without a pipe")
        return self.process.stdout


@contextmanager
def at_work(
    program: Path, url: str, *options: str, stdin: IO[bytes] | None = None, heard: Heard | None = None
) -> Iterator[Client]:
    """Run `program` on the database at `url` ("": on none); it is ended with the block, however that ends."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    password = str(parts.pop("password", "") or "")  # not on the command line, which everybody may read
    process = subprocess.Popen(
        [program, *([f"--dbname={make_conninfo(**parts)}"] if url else []), *options],
        stdin=stdin or subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {}),
    )
    client = Client(process)
    listener = threading.Thread(target=_listen, args=(client, heard), daemon=True)
    listener.start()
    try:
        yield client
        process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        listener.join(5)
        client.output.close()


def _listen(client: Client, heard: Heard | None) -> None:
    """What the program says, line by line, so that its pipe never fills."""
    with client.process.stderr or io.BytesIO() as said:
        for raw in said:
            line = raw.decode(errors="replace").rstrip()
            client.words.append(line)
            if heard:
                heard(line)


def _directories() -> Iterator[Path]:
    wheel = postgres_programs._wheel()
    if wheel:
        yield wheel / "bin"
    yield from sorted(postgres_programs.DEBIAN.glob("*/bin"))
    yield from sorted(RED_HAT.glob("pgsql-*/bin"))
    found = shutil.which("pg_dump")
    if found:
        yield Path(found).parent


def _major_of(program: Path) -> int | None:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    match = re.search(r"\) (\d+)", answer)
    return int(match[1]) if match else None
