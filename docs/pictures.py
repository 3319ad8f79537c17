"""Takes `pictures/*.png`: the real bot on the page of the local Slack, in a headless Chromium.

Run it from the repository's root after a change to what people see: `python docs/pictures.py`.
"""

import io
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).with_name("pictures")
WIDTH, HEIGHT = 980, 640
SCALE = 2
COLOURS = 256
IN_VAIN = (
    "Which payroll provider should we take in Peru?",
    "What provider is best for payroll in Peru?",
    "What does ZBBX mean?",
    "How many people did Acme outsource in 2019?",
)
"""Questions that the articles do not answer, so that there are gaps to be seen."""


def main() -> None:
    """Start the bot with the bundled articles, and take every picture."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data_dir,
        _bot(os.environ.get("PICTURES_DATA_DIR") or data_dir) as url,  # noqa: TID251
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        _answers(browser, url)
        _homes(browser, url)
        browser.close()


def _answers(browser: Browser, url: str) -> None:
    page = _page(browser, url)
    _ask(page, "What is a service credit?")
    _take(page, "answer")
    answer = page.locator(".message:has(.badge)").last
    for folded in answer.locator("summary").all():
        folded.click()
    answer.get_by_role("button", name="Read").first.click()
    page.locator("dialog:modal").wait_for()
    _take(page, "source")
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="detached")
    page.locator(".new").click()
    page.locator(".prompts button").first.wait_for()
    _ask(page, "What is the difference between BPO and KPO?")
    _take(page, "comparison")
    page.goto(f"{url}member/general")
    _ask(page, "/define KPO")
    _take(page, "definition")
    page.goto(f"{url}member/general")
    _ask(page, "@Outsourcing Assistant Which payroll provider does Acme use?")
    page.locator(".thread .message:has(.badge)").wait_for()
    page.locator("#thread").evaluate("scroll => { scroll.scrollTop = 0; }")
    _take(page, "refusal")


def _homes(browser: Browser, url: str) -> None:
    page = _page(browser, f"{url}member/home")
    page.locator(".home .block-header").first.wait_for()
    _take(page, "home-member")
    page = _page(browser, f"{url}admin/general")
    for question in IN_VAIN:
        _ask(page, f"/ask {question}")
    page.goto(f"{url}admin/home")
    heading = page.locator(".home .block-header:has-text('For administrators')")
    heading.wait_for()
    heading.evaluate("heading => heading.scrollIntoView({block: 'start'})")
    page.locator("#home").evaluate("scroll => { scroll.scrollTop -= 24; }")
    _take(page, "home-admin")
    page.goto(f"{url}admin/experts")
    _ask(page, "/kb gaps")
    page.locator("#messages").evaluate("scroll => { scroll.scrollTop = 0; }")
    _take(page, "gaps")


def _page(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE)
    page.set_default_timeout(120_000)
    page.goto(url)
    page.locator("body.scripted").wait_for()
    return page


def _ask(page: Page, text: str) -> None:
    said = page.locator("#messages .message:has(.badge), #thread .message:has(.badge)")
    before = said.count()
    page.fill("#text", text)
    page.press("#text", "Enter")
    said.nth(before).wait_for()


def _take(page: Page, name: str) -> None:
    # The pointer and the field must not stand out.
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)
    taken = Image.open(io.BytesIO(page.screenshot()))
    # A page has few colours, and a repository keeps every picture for ever.
    taken.convert("RGB").quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)


@contextmanager
def _bot(data_dir: str) -> Iterator[str]:
    """Start the bot as somebody at a keyboard does, and yield the address that it prints."""
    settings = dict(os.environ) | {"KB_DATA_DIR": data_dir, "BROWSER": "true"}  # noqa: TID251
    subprocess.run([sys.executable, "-m", "ingest", "--json"], env=settings, check=True)
    keyboard, terminal = pty.openpty()
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "--local"],
        stdin=terminal,
        stdout=subprocess.PIPE,
        env=settings,
        text=True,
    )
    try:
        assert running.stdout is not None  # noqa: S101 (tells the type checker)
        for line in running.stdout:
            if found := re.search(r"http://\S+", line):
                yield found[0]
                break
    finally:
        running.terminate()
        running.wait(30)
        os.close(terminal)
        os.close(keyboard)


if __name__ == "__main__":
    main()
