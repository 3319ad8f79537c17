"""A whole bot on the page of the local Slack, in a headless browser."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.local_slack.web.chat import WebChat
from tests.scenarios.world import MANIFEST, World, start_world

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _missing(reason: str) -> None:
    """Skip; whoever runs these tests to see them must not take a skipped one for a pass."""
    if os.environ.get("NEEDS_BROWSER") and os.environ.get("CI"):  # noqa: TID251
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Yield a headless Chromium; skip where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        _missing(f"no Chromium is installed (looked for {', '.join(BROWSERS)})")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("the package playwright is not installed (make install)")
    with sync_playwright() as playwright:
        # The page under test is our own, so that root's missing sandbox matters to nobody.
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Yield a bot whose answers are made up, with a channel of experts."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
        # On a busy machine a press must not count as lost.
        yield start_world(stack, database_url=url, experts="C0EXPERTS", ack_timeout_s=3.0)


Open = Callable[..., Any]


@pytest.fixture
def visit(world: World, browser: Any) -> Iterator[Open]:
    """Return what opens a page; nothing may be said in the console."""
    manifest = json.loads(MANIFEST.read_text())
    said: list[str] = []
    with ExitStack() as stack:
        chat = stack.enter_context(WebChat(world.slack, manifest=manifest, port=0))

        def open_page(path: str = "", **options: Any) -> Any:
            context = browser.new_context(**options)
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(10_000)
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(chat.url + path)
            return page

        yield open_page
        assert said == []
    assert world.slack.transcript.rejections == ()
