"""What stands in `deploy/` fits the program."""

import json
import re
from pathlib import Path

import yaml

from bot import __main__ as program
from bot.settings import BotSettings
from bot.watching.metrics import Metrics
from knowledge.settings import KnowledgeSettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def _shown() -> set[str]:
    """Return the names of all figures, those that are read from the record too."""
    named = set(re.findall(r'"(kb_[a-z_]+)"', Path(program.__file__).read_text()))
    named |= {
        f"kb_chat_model_{name}_today"
        for name in ("answers", "fell_back", "calls", "tokens_read", "tokens_written")
    }
    return named | set(re.findall(r"^# TYPE (\w+)", Metrics().text().decode(), re.MULTILINE))


def _unknown(expressions: list[str]) -> set[str]:
    used = {name for text in expressions for name in re.findall(r"\bkb_\w+", text)}
    assert used
    return {name for name in used if name.removesuffix("_bucket") not in _shown()}


def test_the_alerts_ask_for_figures_that_there_are() -> None:
    groups = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]

    assert _unknown([rule["expr"] for rule in rules]) == set()
    assert all(rule["annotations"]["summary"] for rule in rules)


def test_the_dashboard_asks_for_figures_that_there_are() -> None:
    panels = json.loads((DEPLOY / "dashboard.json").read_text())["panels"]

    assert _unknown([target["expr"] for panel in panels for target in panel["targets"]]) == set()


def _steps() -> list[tuple[str, str]]:
    """Return the instructions of the container file, each with what follows it."""
    text = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def test_the_container_is_small_and_not_of_root_and_says_whether_it_is_healthy() -> None:
    steps = _steps()
    last = steps[max(n for n, (word, _) in enumerate(steps) if word == "FROM") :]
    words = [word for word, _ in last]

    assert dict(last)["USER"] == "10001"
    assert words.index("USER") < words.index("CMD")
    assert "/healthz" in dict(last)["HEALTHCHECK"]
    assert all("--no-cache-dir" in what for _, what in steps if "pip install" in what)
    assert not any(":latest" in what or ":" not in what for word, what in steps if word == "FROM")
    assert not any(word == "ADD" or "sudo" in what for word, what in steps)
    assert dict(last)["CMD"].startswith("[")


def test_the_container_file_copies_what_there_is_and_the_torch_of_the_project() -> None:
    copied = [
        name
        for word, what in _steps()
        if word == "COPY" and not what.startswith("--from")
        for name in what.split()[:-1]
    ]
    torch = re.search(r'"(torch==[\d.]+)"', (ROOT / "pyproject.toml").read_text())

    assert {"bot", "ingest", "knowledge", "constraints.txt"} <= set(copied)
    assert all((ROOT / name).exists() for name in copied)
    assert torch is not None
    assert torch[1] in (DEPLOY / "Containerfile").read_text()
    assert torch[1] in (ROOT / "Makefile").read_text()


def test_the_bots_of_the_compose_file_write_nowhere_and_take_their_secrets_from_files() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    bots = [compose["services"][name] for name in ("bot", "ingest")]
    variables = {
        (field.alias or f"KB_{name}").upper()
        for kind in (BotSettings, KnowledgeSettings)
        for name, field in kind.model_fields.items()
    }

    for bot in bots:
        assert bot["read_only"] is True
        assert bot["cap_drop"] == ["ALL"]
        assert {name.removesuffix("_FILE") for name in bot["environment"]} <= variables | {
            "KB_HTTP_HOST"
        }
        for name, value in bot["environment"].items():
            if name.endswith("_FILE"):
                assert value.removeprefix("/run/secrets/") in bot["secrets"]
        assert set(bot["secrets"]) <= set(compose["secrets"])
        assert set(bot["depends_on"]) <= set(compose["services"])
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == ["proxy"]
    assert "/slack/events" in (DEPLOY / "Caddyfile").read_text()
