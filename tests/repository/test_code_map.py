"""The map of the code and the page on contributing say what there is."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "code.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
PACKAGES = ("bot", "knowledge", "ingest", "training", "benchmarks")
PAGES = [pytest.param(MAP, id="code"), pytest.param(CONTRIBUTING, id="contributing")]

DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
FILE_NAME = re.compile(r"[\w./-]*(?:/|\.(?:md|toml|txt|json|jsonl|yaml|py|sample))[\w./-]*")
A_NAME_BY_ITSELF = re.compile(r"/\w+")
"""A slash command, which a test of the README compares with the manifest."""


def _spans(page: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", page))


def _rows(heading: str) -> list[list[str]]:
    section = MAP.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _job(package: Path) -> str:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    return docstring.split("\n")[0]


@cache
def _names(module: Path) -> dict[str, set[str]]:
    """Return what a module defines, and for each class its methods and fields."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(module.read_text()).body:
        members = _defined(node.body) if isinstance(node, ast.ClassDef) else set()
        found |= dict.fromkeys(_defined([node]), members)
    return found


def _defined(body: list[ast.stmt]) -> set[str]:
    names: set[str] = set()
    for node in body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case ast.Assign():
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            case _:
                pass
    return names


def _is_defined(dotted: str) -> bool:
    """Say whether a package, a module, a name in one, or a member of a class is called so."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        path, rest = ROOT.joinpath(*parts[:end]), parts[end:]
        if path.is_dir():
            return not rest
        if (module := path.with_suffix(".py")).is_file():
            names = _names(module)
            return (
                not rest
                or (len(rest) == 1 and rest[0] in names)
                or (len(rest) == 2 and rest[1] in names.get(rest[0], set()))
            )
    return False


def test_every_room_is_on_the_map_with_the_job_that_it_says_itself() -> None:
    rooms = {
        f"{init.parent.relative_to(ROOT)}/": _job(init.parent)
        for package in PACKAGES
        for init in (ROOT / package).rglob("__init__.py")
    }
    shown = {row[0].strip("`"): row[1] for row in _rows("The rooms")}

    assert {room: job for room, job in shown.items() if not room.startswith("tests/")} == rooms


def test_every_folder_of_tests_mirrors_a_package_or_is_on_the_map() -> None:
    shown = {row[0].strip("`") for row in _rows("The rooms")}
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}

    assert {f"tests/{name}/" for name in folders - set(PACKAGES)} == {
        room for room in shown if room.startswith("tests/") and room != "tests/"
    }


@pytest.mark.parametrize("page", PAGES)
def test_every_dotted_name_on_a_page_is_defined(page: str) -> None:
    named = {span for span in _spans(page) if DOTTED.fullmatch(span) and not _is_file(span)}

    assert {name for name in named if not _is_defined(name)} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_path_on_a_page_exists(page: str) -> None:
    named = {span for span in _spans(page) if _is_file(span)}

    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_on_a_page_is_set_as_code_that_nobody_checks(page: str) -> None:
    others = {
        span for span in _spans(page) if not (DOTTED.fullmatch(span) or _is_file(span))
    } - set(PACKAGES)

    assert {span for span in others if not _is_command(span)} == set()


def test_every_row_of_where_to_look_names_a_file_or_folder_and_no_task_twice() -> None:
    rows = _rows("Where do I ...?")
    places = [row[1].strip("`") for row in rows]

    assert len({row[0] for row in rows}) == len(rows) >= 12
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_contributing_fits_on_a_screen() -> None:
    assert len(CONTRIBUTING.splitlines()) <= 50


def test_every_program_that_contributing_names_is_there() -> None:
    indented = re.findall(r"^ {4,}(\S.*)$", CONTRIBUTING, re.MULTILINE)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = [line.split("#")[0].split() for line in indented if not line[0].isdigit()]
    made = [words for words in commands if words and words[0] == "make"]

    assert made
    assert {words[1] for words in made} <= targets


def _is_file(span: str) -> bool:
    return bool(FILE_NAME.fullmatch(span)) and not A_NAME_BY_ITSELF.fullmatch(span)


def _is_command(span: str) -> bool:
    words = span.split()
    match words:
        case ["make", *_]:
            targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            return set(words[1:]) <= set(targets)
        case [("python" | ".venv/bin/python"), "-m", "pytest", "-q", path]:
            return (ROOT / path).exists()
        case ["python", "-m", ("bot" | "knowledge" | "ingest") as package, command, *_]:
            return f'"{command}"' in (ROOT / package / "__main__.py").read_text()
        case _:
            return words == [".venv"] or bool(A_NAME_BY_ITSELF.fullmatch(span))
