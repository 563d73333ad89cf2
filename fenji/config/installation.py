"""`fenji run`: one installation at work, from an empty directory to an address that answers, until it is stopped."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from fenji.config import postgres, prepared, processes
from fenji.config.database import PROCESSES, THREADS
from fenji.config.demonstration_accounts import LOGINS, PASSWORD
from fenji.config.environment import Installation
from fenji.config.supervisor import Child, Supervisor, only_one, stopped_by_signals, terminate
from fenji.config.translations import compile_translations

PATIENCE = 60.0  # seconds for the server to answer the first time
console = Console(highlight=False)


class NotReady(Exception):
    """A step before serving failed or was interrupted; it has said why itself."""


def serve(installation: Installation, host: str, port: int) -> None:
    """Prepare what is outstanding, serve until Ctrl-C or SIGTERM, stop everything."""
    stopping = threading.Event()
    supervisor = Supervisor([], console.print, stopping)
    with only_one(installation.home), stopped_by_signals(stopping):
        _end_leftovers(installation)  # they hold the port, too
        with _listening(host, port) as listener:
            try:
                _start(installation, supervisor, listener)
                if not stopping.is_set():
                    _announce(installation, host, port)
                supervisor.run()
            except NotReady as error:
                if str(error):
                    console.print(f"[red]✗[/red] {error}")
                raise SystemExit(0 if stopping.is_set() else 1) from None
            finally:
                supervisor.stop()
    console.print("[green]✓[/green] 已停止 / stopped")


def _start(installation: Installation, supervisor: Supervisor, listener: socket.socket) -> None:
    """Database, then what is outstanding, then the server; once it answers the worker, who would take its time."""
    if installation.cluster:
        supervisor.children.append(_database(installation.cluster))
    _make_ready(installation, supervisor.stopping)
    supervisor.children.append(_web(installation, listener))
    supervisor.look()
    host, port = listener.getsockname()[:2]
    _wait_for_answer(installation, host, port, supervisor)
    supervisor.children.append(_worker(installation))


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        console.print(
            f"[red]✗[/red] {host}:{port} 无法监听 / cannot be listened on ({error.strerror});"
            f" 换一个端口 / take another port: make run PORT={port + 1}"
        )
        raise SystemExit(1) from None


def _end_leftovers(installation: Installation) -> None:
    """A supervisor that was killed could not stop its children; they are found by the mark they carry."""
    found = processes.end_children_of(installation.home)
    if installation.cluster and postgres.stop_leftover(installation.cluster):
        found += 1
    if found:
        console.print(f"! 结束上次遗留的 {found} 个进程 / ended {found} processes left from before")


def _database(cluster: postgres.Cluster) -> Child:
    cluster.create()
    process = cluster.start()
    cluster.prepare()
    return Child("postgres", cluster.launch, postgres.stop, process, time.monotonic())


def _make_ready(installation: Installation, stopping: threading.Event) -> None:
    """Do what is outstanding, each in a process of its own. Production prepares nothing: its operator does."""
    compile_translations()
    static = Path(os.environ.get("FENJI_STATIC_ROOT") or installation.home / "static")
    if not prepared.static_is_current(static):
        _fenji(["prepare-static"], stopping)
    if not installation.is_demonstration:
        return
    if not prepared.keys_fit(installation.owner_url, os.environ["FENJI_LOOKUP_KEY"]):
        where = installation.cluster.data if installation.cluster else without_password(installation.owner_url)
        raise NotReady(
            f"{installation.home}/keys.env 不是这个数据库的密钥，证件号无法解开：请恢复原文件，或删除数据库重新开始。"
            " / These keys are not the database's, nobody could be found by number: bring keys.env back"
            f" or begin anew ({where})."
        )
    wanted = prepared.fingerprints(os.environ.get("FENJI_CITY", "yangjiang"), os.environ.get("FENJI_POLICY", ""))
    outstanding = prepared.outstanding(installation.owner_url, wanted)
    if "schema" in outstanding:
        outstanding.remove("schema")
        _fenji(["migrate"], stopping)
    if outstanding:
        _fenji(["prepare", *outstanding], stopping)


def without_password(url: str) -> str:
    """An address as it may be shown: user and password taken out."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc.rsplit('@', 1)[-1]}{parts.path}{query}"


def _fenji(arguments: list[str], stopping: threading.Event) -> None:
    with subprocess.Popen([sys.executable, "-m", "fenji", *arguments]) as process:
        while process.poll() is None:
            if stopping.wait(0.05):
                terminate(process)
                raise NotReady
    if process.returncode:
        raise NotReady(f"fenji {' '.join(arguments)}: {process.returncode}")


def _web(installation: Installation, listener: socket.socket) -> Child:
    """Few processes with few threads each: "How much it needs" in docs/how-to/production.md says why.

    The program is loaded once and then parted, so that most of its memory is common and a process that died is
    replaced at once.
    """
    options = {
        "--bind": f"fd://{listener.fileno()}",
        "--worker-class": "fenji.config.server.Worker",
        "--workers": str(PROCESSES),
        "--threads": str(THREADS),
        "--timeout": "60",
        "--graceful-timeout": "8",
        "--worker-tmp-dir": "/dev/shm",  # noqa: S108  a heartbeat file that must not wait for a disk
        "--log-level": "warning",
    }
    command = [sys.executable, "-m", "gunicorn", "fenji.config.wsgi", "--preload", "--no-control-socket"]
    command += [part for option in options.items() for part in option]
    return _program("web", command, installation, listener.fileno())


def _worker(installation: Installation) -> Child:
    return _program("worker", [sys.executable, "-m", "fenji", "worker"], installation)


def _program(name: str, command: list[str], installation: Installation, *descriptors: int) -> Child:
    """A child in a process group of its own; a demonstration keeps its words in a file, production passes them on."""

    def start() -> "subprocess.Popen[bytes]":
        environment = os.environ | processes.mark(installation.home, name)
        if not installation.is_demonstration:
            return subprocess.Popen(command, env=environment, pass_fds=descriptors, start_new_session=True)
        with (installation.home / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command,
                env=environment,
                pass_fds=descriptors,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    return Child(name, start, terminate)


def _wait_for_answer(installation: Installation, host: str, port: int, supervisor: Supervisor) -> None:
    address = f"http://{_reachable(host)}:{port}/healthz"
    deadline = time.monotonic() + PATIENCE
    while not supervisor.stopping.is_set():
        supervisor.look()
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError) as error:
            if time.monotonic() > deadline:
                raise NotReady(f"{address}: {error}; {installation.home}/web.log") from error
        time.sleep(0.1)


def _announce(installation: Installation, host: str, port: int) -> None:
    console.print(f"\n[bold green]分级 Fenji[/bold green]  http://{_reachable(host)}:{port}")
    if installation.is_demonstration:
        table = Table("角色 / role", "用户名 / login", title=f"密码 / password: {PASSWORD}", title_justify="left")
        for login in LOGINS:
            table.add_row(login.post, login.username)
        console.print(table)
        console.print(f"日志 / logs: {installation.home}/*.log")
    console.print("停止 / stop: Ctrl-C")


def _reachable(host: str) -> str:
    if host in {"0.0.0.0", "::"}:  # noqa: S104  compared, not listened on
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
