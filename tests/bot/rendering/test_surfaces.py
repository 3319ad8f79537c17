"""Every surface, with hostile text in every field; `benchmarks/slack/renderings.py` has more."""

import inspect

import pytest

import bot.rendering as rendering
from tests import hostile
from tests.hostile import SURFACES, Forge, objections, sent

FIXED = {
    "render_admin_help",
    "render_ask_form",
    "render_channel",
    "render_denied",
    "render_digest_choice",
    "render_failure",
    "render_gone",
    "render_help",
    "render_no_channel",
    "render_no_digest",
    "render_plainly",
    "render_progress",
    "render_rollback_started",
    "render_sentences",
    "render_work_started",
}
"""What says nothing that others wrote, or only what another one shows."""


@pytest.mark.parametrize("surface", SURFACES)
def test_nothing_hostile_is_active_or_over_a_limit_anywhere(surface: str) -> None:
    for seed in range(8):
        for rendered in sent(SURFACES[surface](Forge(seed))):
            assert objections(rendered) == [], (surface, seed)


def test_every_renderer_is_among_the_surfaces() -> None:
    renderers = {name for name in rendering.__all__ if name.startswith("render_")}
    tried = set(inspect.getsource(hostile).replace("(", " ").split())

    assert renderers - FIXED - tried == set()


@pytest.mark.parametrize(
    "text",
    ["<!channel>", "<@U0VICTIM1>", "@here", "<https://evil.example|x>", ":warning:", "a > b"],
)
def test_what_is_active_is_found(text: str) -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}

    assert objections({"type": "home", "blocks": [block]})
