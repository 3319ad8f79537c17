import subprocess
from pathlib import Path

import pytest

SERVERS = Path(__file__).parents[2] / ".ci" / "servers"


def _sourced(tmp_path: Path, **programs: str) -> tuple[str, Path]:
    """Source the script where only some programs exist; return what it says and the folder."""
    bin_dir = tmp_path / "bin"
    bin_dir.mkdir()
    for name, body in {"id": "echo 0", "mkdir": ":", **programs}.items():
        program = bin_dir / name.replace("_", "-")
        program.write_text(f"#!/bin/bash\n{body}\n")
        program.chmod(0o755)
    script = SERVERS.read_text(encoding="utf-8")
    # This machine's own must not be found, nor its folders written to.
    script = script.replace("/usr/lib/postgresql", str(tmp_path / "lib"))
    script = script.replace("/etc/postgresql-common", str(tmp_path))
    script += '\necho "needs ${NEEDS_POSTGRESQL:-no} ${NEEDS_BROWSER:-no}"\n'
    done = subprocess.run(
        ["/bin/bash", "-euo", "pipefail", "-c", script],
        env={"PATH": str(bin_dir), "CI": "true"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout + done.stderr, bin_dir


def test_what_is_there_must_be_tested(tmp_path: Path) -> None:
    said, _ = _sourced(tmp_path, initdb=":", chromium=":", apt_get="echo called >&2")

    assert said == "needs 1 1\n"


def test_what_is_missing_is_installed_by_name(tmp_path: Path) -> None:
    log = tmp_path / "log"
    said, _ = _sourced(
        tmp_path, timeout=f'echo "$*" >>{log}; echo >{tmp_path / "bin" / "initdb"};'
        f' /bin/chmod +x {tmp_path / "bin" / "initdb"}', apt_get=":"
    )  # fmt: skip

    assert "install -y --no-install-recommends postgresql chromium" in log.read_text()
    assert said.endswith("needs 1 no\n")


@pytest.mark.parametrize("programs", [{}, {"apt_get": ":", "timeout": "exit 100"}])
def test_what_cannot_be_installed_stops_nothing_and_is_said(
    programs: dict[str, str], tmp_path: Path
) -> None:
    said, _ = _sourced(tmp_path, **programs)

    assert "PostgreSQL is not there, so its tests are skipped" in said
    assert "Chromium is not there, so its tests are skipped" in said
    assert said.endswith("needs no no\n")
