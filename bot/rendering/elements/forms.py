"""Modals to fill in."""

import json
from dataclasses import dataclass
from typing import Any

from bot.record.remarks import REASONS, Reason

__all__ = ["REASON_FORM", "ReasonForm", "render_reason_form"]

REASON_FORM = "vote_reason"
MAX_WORDS_CHARS = 500
REASON_LABELS: dict[Reason, str] = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "incomplete": "Something is missing",
    "source": "The source does not fit",
    "other": "Something else",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonForm:
    """What the form about a vote has to know when it comes back."""

    answer_id: str
    response_url: str
    """Where the person is told that it was noted."""

    @classmethod
    def read(cls, metadata: str) -> "ReasonForm | None":
        """Return what `write` wrote; None for anything else."""
        try:
            known = json.loads(metadata)
        except ValueError:
            return None
        if not isinstance(known, list) or not all(isinstance(part, str) for part in known):
            return None
        return cls(answer_id=known[0], response_url=known[1]) if len(known) == 2 else None

    def write(self) -> str:
        """Return it for the modal to carry."""
        return json.dumps([self.answer_id, self.response_url])


def render_reason_form(form: ReasonForm) -> dict[str, Any]:
    """Return the modal that asks why an answer did not help."""
    return {
        "type": "modal",
        "callback_id": REASON_FORM,
        "private_metadata": form.write(),
        "title": _plain("What went wrong?"),
        "submit": _plain("Send"),
        "close": _plain("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": _plain("Your vote is noted. What was the matter?"),
                "element": {
                    "type": "radio_buttons",
                    "action_id": "chosen",
                    "options": [
                        {"text": _plain(REASON_LABELS[reason]), "value": reason}
                        for reason in REASONS
                    ],
                },
            },
            {
                "type": "input",
                "block_id": "words",
                "optional": True,
                "label": _plain("In your own words"),
                "hint": _plain("Administrators read this without your name."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "typed",
                    "multiline": True,
                    "max_length": MAX_WORDS_CHARS,
                },
            },
        ],
    }


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
