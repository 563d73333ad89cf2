"""An embedded PostgreSQL for the first minute: made, started, believed once it answers, stopped.

It listens on a socket in a private directory and nowhere else; whoever may enter it is trusted. Production brings its
own.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from fenji.config.home import Account, database_account, database_directory, socket_directory
from fenji.config.postgres_programs import Programs, find_programs

DATABASE, SUPERUSER, OWNER, APPLICATION = "fenji", "postgres", "fenji_owner", "fenji_app"
PATIENCE = 10.0  # seconds: after a crash the old backends hold the shared memory for about one
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "jit": "off",  # pays only for statements of many seconds
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
    "logging_collector": "off",
    "log_parameter_max_length": "0",  # values of a statement may be personal data
    "log_parameter_max_length_on_error": "0",
}


class PostgresFailed(Exception):
    """The embedded PostgreSQL could not be made or started; the message says what to do."""


@dataclass
class Cluster:
    """One data directory and the server on it. `settings` are added to postgresql.conf's on the command line."""

    base: Path
    settings: dict[str, str] = field(default_factory=dict)
    account: Account = field(default_factory=database_account)

    def __post_init__(self) -> None:
        self.base = self.base.resolve()
        directory = database_directory(self.base, self.account)
        self.data = directory / "postgres"
        self.sockets = socket_directory(directory)
        self.log = self.base / "postgres.log"
        self._programs: Programs | None = None

    @property
    def programs(self) -> Programs:
        self._programs = self._programs or find_programs(self.account)
        return self._programs

    def url(self, user: str, database: str = DATABASE) -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.sockets))}"

    def create(self) -> None:
        """Make the data directory if there is none; refuse one that another major version made."""
        version = self.data / "PG_VERSION"
        if version.exists():
            self._check_version(version.read_text().strip())
            return
        self._initdb(self.data.with_name("postgres.new"))

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the server and return at once; `wait` tells when it answers."""
        self.account.own(self.sockets)
        options = [part for name, value in (SETTINGS | self.settings).items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [self.programs.path("postgres"), "-D", self.data, "-k", self.sockets, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the supervisor, which stops the server last
                **self.account.popen(),
            )

    def start(self) -> "subprocess.Popen[bytes]":
        """Start the server and wait until it answers; after a crash the first try may fail, so it tries again."""
        deadline = time.monotonic() + PATIENCE
        while True:
            process = self.launch()
            while process.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return process
                time.sleep(0.05)
            stop(process)
            self._end_orphans()
            if time.monotonic() >= deadline:
                raise PostgresFailed(f"PostgreSQL did not start; its last words: {self._last_words()} ({self.log})")
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether a server on this socket runs a statement."""
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=3) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError:
            return False

    def leftover(self) -> int | None:
        """Process id of a server still at work in this data directory, e.g. after its supervisor was killed."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            at_work = Path(f"/proc/{pid}/cwd").resolve(strict=True) == self.data
        except (OSError, ValueError, IndexError):
            return None
        return pid if at_work else None

    def _end_orphans(self) -> None:
        """End what a killed server left: one that waits for a dead one holds the shared memory for ever."""
        if self.leftover() is not None:
            return
        for directory in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # ended meanwhile, or somebody else's
                is_here = (directory / "cwd").resolve(strict=True) == self.data
                if is_here and (directory / "cmdline").read_bytes().startswith(b"postgres: "):
                    os.kill(int(directory.name), signal.SIGKILL)

    def prepare(self) -> None:
        """Make the roles and the database, owned by `fenji_owner`, if they are not there."""
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            for role in (OWNER, APPLICATION):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(OWNER))
                )

    def _initdb(self, half: Path) -> None:
        """Make a data directory beside the real one and rename it when it is whole: a killed initdb leaves no trap."""
        shutil.rmtree(half, ignore_errors=True)
        self.account.own(half)
        command = [self.programs.path("initdb"), "-D", str(half), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"]
        if self.programs.major >= 17:  # independent of the machine's locales
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C.UTF-8", "--no-instructions"]
        made = subprocess.run(command, capture_output=True, text=True, check=False, **self.account.popen())
        if made.returncode:
            raise PostgresFailed(f"initdb: {made.stderr.strip()}")
        half.rename(self.data)

    def _check_version(self, found: str) -> None:
        if found != str(self.programs.major):
            raise PostgresFailed(
                f"{self.data} 由 PostgreSQL {found} 建立，现有程序为 {self.programs.major}："
                "请用原版本 pg_dump 导出后移走该目录再启动。"
                f" / PostgreSQL {found} made it, the programs here are {self.programs.major}:"
                " dump it with the old version, move the directory away and start again."
            )

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return " | ".join(lines[-3:])


@contextlib.contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster at work: the server already there, else one for the length of the block."""
    if cluster.leftover() and cluster.answers():
        yield cluster
        return
    cluster.create()
    process = cluster.start()
    try:
        cluster.prepare()
        yield cluster
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a server: fast shutdown first, then without asking."""
    for how, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def stop_leftover(cluster: Cluster) -> bool:
    """Stop a server that somebody else started in this data directory; returns whether there was one."""
    pid = cluster.leftover()
    if pid is None:
        return False
    for how, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, how)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if cluster.leftover() != pid:
                return True
            time.sleep(0.05)
    raise PostgresFailed(f"process {pid} holds {cluster.data} and does not end")
