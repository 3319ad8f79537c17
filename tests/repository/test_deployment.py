"""What stands in `deploy/` fits the program."""

import json
import re
from pathlib import Path

import yaml

from bot import __main__ as program
from bot.watching.metrics import Metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def _shown() -> set[str]:
    """Return the names of all figures, those that are read from the record too."""
    named = set(re.findall(r'"(kb_[a-z_]+)"', Path(program.__file__).read_text()))
    named |= {f"kb_chat_model_{name}_today" for name in ("calls", "tokens_read", "tokens_written")}
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
