"""What `deploy/` says agrees with what the code wants."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fenji.config import server
from fenji.config.database import PROCESSES, THREADS
from fenji.config.home import PROJECT
from fenji.config.variables import VARIABLES
from fenji.exchange.sheets import MOST_BYTES

DEPLOY = PROJECT / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def hardening(service: Path) -> set[str]:
    lines = service.read_text(encoding="utf-8").split("# It reads the program")[1].split("[Install]")[0].splitlines()
    return set(filter(None, lines))


def test_every_service_is_held_back_alike() -> None:
    assert len(SERVICES) == 3
    first = hardening(SERVICES[0])
    assert {"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="} <= first
    assert all(hardening(service) == first for service in SERVICES)


def test_the_web_unit_serves_as_many_at_once_as_there_are_connections() -> None:
    unit = text("systemd/fenji-web.service")
    assert f"FENJI_PROCESSES={PROCESSES} FENJI_THREADS={THREADS}\n" in unit
    assert f"--worker-class {server.__name__}.{server.Worker.__name__} --workers ${{FENJI_PROCESSES}}" in unit
    assert "--threads ${FENJI_THREADS}" in unit


@pytest.mark.parametrize("proxy", ["proxy/nginx.conf", "proxy/Caddyfile"])
def test_a_proxy_lets_the_largest_table_through_and_hides_the_metrics(proxy: str) -> None:
    limit = re.search(r"(?:client_max_body_size|max_size) +(\d+)(?:m;|MB)", text(proxy))
    assert limit is not None
    assert int(limit[1]) * 1000**2 > MOST_BYTES
    assert "/metrics" in text(proxy)


def test_the_example_of_an_environment_names_what_production_insists_on() -> None:
    named = set(re.findall(r"^(FENJI_\w+)=", text("environment.example"), re.MULTILINE))
    assert {item.name for item in VARIABLES if item.production} <= named <= {item.name for item in VARIABLES}


@pytest.mark.parametrize("script", ["bundle.sh", "install.sh", "fenji"])
def test_a_script_is_understood_by_the_shell(script: str) -> None:
    subprocess.run(["sh", "-n", DEPLOY / script], check=True)
    assert (DEPLOY / script).stat().st_mode & 0o111


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_units_are_understood_by_systemd(tmp_path: Path) -> None:
    """Programs in /opt/fenji are not there; everything else must be right."""
    for unit in (DEPLOY / "systemd").iterdir():
        (tmp_path / unit.name).write_text(
            unit.read_text(encoding="utf-8").replace("/opt/fenji/.venv/bin/", "/bin/true ")
        )
    units = sorted(tmp_path.iterdir())
    found = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
