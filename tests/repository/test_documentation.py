"""The documents say what the program does."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import bot.__main__
import ingest.__main__
import knowledge.__main__
from bot.access.authorization import FOR_ADMINS
from bot.settings import BotSettings
from knowledge.settings import KnowledgeSettings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
DOCUMENTS = [*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("*.md"))
SETTINGS: tuple[type[BaseSettings], ...] = (BotSettings, KnowledgeSettings)


def _variable(name: str, field: FieldInfo, kind: type[BaseSettings]) -> str:
    alias = field.validation_alias or field.alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return str(alias or f"{kind.model_config['env_prefix']}{name}").upper()


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, Path):
        return str(value.relative_to(ROOT) if value.is_absolute() else value)
    return str(value or "")


def _defaults() -> dict[str, str]:
    return {
        _variable(name, field, kind): _default(field)
        for kind in SETTINGS
        for name, field in kind.model_fields.items()
    }


def _rows(heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading of the README, without its first row."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _words_of_help(capsys: pytest.CaptureFixture[str], pattern: str) -> set[str]:
    return set(re.findall(pattern, capsys.readouterr().out, re.MULTILINE))


def test_the_readme_names_every_setting_with_its_default() -> None:
    shown = {row[0].strip("`"): row[2] for row in _rows("Settings")}

    assert shown == {name: f"`{value}`" if value else "none" for name, value in _defaults().items()}


def test_the_sample_of_settings_names_every_one_with_its_default() -> None:
    lines = (ROOT / ".env.sample").read_text().splitlines()
    sample = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))

    assert sample.keys() == _defaults().keys()
    for name, value in _defaults().items():
        if value and not value.startswith("knowledge/"):
            assert sample[name] == value, name


@pytest.mark.parametrize(
    ("program", "main"),
    [
        pytest.param("ingest", ingest.__main__.main, id="ingest"),
        pytest.param("knowledge", knowledge.__main__.main, id="knowledge"),
    ],
)
def test_the_readme_names_every_command(
    program: str,
    main: object,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    shown = {
        match[1]
        for row in _rows("Commands")
        if (match := re.match(rf"`\S+ -m {program} (\w+)", row[0]))
    }

    with pytest.raises(SystemExit):
        main(["--help"])  # type: ignore[operator]

    assert shown == _words_of_help(capsys, r"^ {4}(\w+)")


def test_the_readme_names_every_way_to_start_the_bot(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {
        match[1] for row in _rows("Commands") if (match := re.match(r"`\S+ -m bot (--\w+)", row[0]))
    }

    with pytest.raises(SystemExit):
        bot.__main__.main(["--help"])

    assert shown == _words_of_help(capsys, r"^  (--\w+)")


def test_the_readme_names_every_slash_command() -> None:
    features = json.loads((ROOT / "manifest.json").read_text())["features"]
    shown = {match[1] for row in _rows("In Slack") if (match := re.match(r"`(/\w+)", row[0]))}
    words = {match[1] for row in _rows("In Slack") if (match := re.match(r"`/kb (\w+)", row[0]))}

    assert shown == {entry["command"] for entry in features["slash_commands"]}
    assert words == {"help", *FOR_ADMINS}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z-]+)", document.read_text(), re.MULTILINE))

    assert named <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_figure_names_a_command_that_exists() -> None:
    commands = [row[-1] for row in _rows("How good it is")]

    assert commands
    for command in commands:
        module = re.fullmatch(r"`python -m (benchmarks\.\w+(?:\.\w+)*)(?: --[a-z-]+)?`", command)
        if module is None:
            assert command == "`make eval`"
        else:
            assert (ROOT / module[1].replace(".", "/")).with_suffix(".py").exists(), command


def test_the_newest_version_in_the_changelog_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    versions = re.findall(r"^## \[(\d[\d.]*)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert versions[0] == project["version"]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_on_a_screen_and_has_its_parts(decision: Path) -> None:
    lines = decision.read_text().splitlines()
    parts = [line for line in lines if re.match(r"## |Date: \d{4}-\d\d-\d\d$|Status: ", line)]

    assert [part.split(":")[0] for part in parts] == [
        *("Date", "Status", "## Context", "## Decision", "## Consequences")
    ]
    assert lines[0].startswith(f"# {int(decision.stem[:4])}. ")
    assert len(lines) <= 50


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(decision.stem[:4]) for decision in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))
