"""What every file of the repository keeps to."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Put together here, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(
    rb"(?<![\w.-])/(?:%s)/" % b"|".join([b"work", b"root", b"home", b"Users"])
)


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_file_holds_a_path_of_a_machine() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in _tracked()
        if (match := MACHINE_PATHS.search(path.read_bytes()))
    }

    assert found == set()


def test_no_file_is_larger_than_a_megabyte_and_a_half_and_no_weights_than_six() -> None:
    limits = {".safetensors": 6_000_000}

    assert [
        path.name for path in _tracked() if path.stat().st_size > limits.get(path.suffix, 1_500_000)
    ] == []
