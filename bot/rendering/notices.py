"""Fixed sentences: help, refusals of permission, failures, the Home tab."""

from bot.access.authorization import Reason
from bot.rendering.elements.blocks import RenderedMessage, context, message, section
from bot.rendering.elements.mrkdwn import cut, escape, one_line, quote

__all__ = [
    "SUGGESTED_PROMPTS",
    "render_denied",
    "render_failure",
    "render_help",
    "render_notice",
    "render_question",
]

INTRO = (
    "I answer questions about business and knowledge process outsourcing (BPO and KPO) from a "
    "collection of articles, with the passage behind every sentence. When the articles do not "
    "say, I say so."
)
WAYS = (
    "• Mention me in a channel, or write to me directly: I answer in the thread, and you can ask "
    "on.",
    "• `/ask` _question_ gives you an answer that only you see, to share if you like.",
    "• `/define` _term_ explains a term, such as `/define SLA`.",
)
HELP = "\n".join([INTRO, *WAYS])

SUGGESTED_PROMPTS = (
    {"title": "BPO and KPO", "message": "What is the difference between BPO and KPO?"},
    {"title": "Risks", "message": "What are the main risks of outsourcing?"},
    {"title": "Pricing", "message": "Which pricing models are used in outsourcing?"},
    {"title": "Transition", "message": "How does a transition to a provider work?"},
)

DENIALS = {
    Reason.PERSON_LOOKUP_FAILED: (
        "I could not find out from Slack who you are, so I may not do this. Please try again later."
    ),
    Reason.OTHER_TEAM: "I can only help people of the workspace that I belong to.",
    Reason.EXTERNAL_CHANNEL: (
        "This channel is shared with another company, so I do not answer here. "
        "Please write to me directly."
    ),
    Reason.NO_ADMINS: (
        "Nobody may do this yet: no administrators are configured. "
        "Whoever runs me can name them in KB_ADMINS."
    ),
    Reason.NOT_ADMIN: "Only the assistant's administrators may do this.",
    Reason.NOT_EXPERT: "Only members of the experts' channel may do this.",
    Reason.EXPERTS_LOOKUP_FAILED: (
        "I could not find out whether you are in the experts' channel. Please try again later."
    ),
    Reason.GUEST: "Only the assistant's administrators may do this, and guests cannot be.",
    Reason.GROUP_LOOKUP_FAILED: (
        "I could not find out whether you are one of my administrators. Please try again later."
    ),
}


def render_notice(text: str) -> RenderedMessage:
    """Return a sentence of our own or plain text, escaped."""
    return message(text, [section(escape(cut(text, 2_000)))])


def render_help() -> RenderedMessage:
    """Return what the assistant is for and how to ask."""
    return message(HELP.replace("`", "").replace("_", ""), [section(HELP)])


def render_question(question: str) -> RenderedMessage:
    """Return what stands above the answer to a question that was not typed as a message."""
    asked = one_line(cut(question, 1_000))
    return message(f"You asked: {asked}", [context("You asked:"), section(quote(asked))])


def render_denied(reason: Reason) -> RenderedMessage:
    """Return the polite private reply to something that is not allowed."""
    return render_notice(DENIALS.get(reason, "I cannot do this for you."))


def render_failure(failure_id: str) -> RenderedMessage:
    """Return the fixed sentence for whatever went wrong; the id is also in the log."""
    return render_notice(
        "Sorry, something went wrong on my side and I could not finish this. Please try again; "
        f"if it happens again, tell the people who run me this number: {failure_id}."
    )
