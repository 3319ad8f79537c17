"""What the assistant hears in a channel, told to the administrator who asks or chooses."""

from bot.record.channels import MODES, ChannelMode
from bot.rendering.elements.blocks import RenderedMessage, context, message, section

__all__ = ["render_channel", "render_no_channel"]

MEANINGS: dict[ChannelMode, str] = {
    "mention": "I answer only what mentions me.",
    "threads": (
        "I also answer questions in threads in which I have spoken, without a new mention. When "
        "people talk to each other, I keep silent."
    ),
    "sure": (
        "I also answer questions in threads in which I have spoken, and questions to nobody in "
        "particular where I am sure of the answer. When people talk to each other, I keep silent."
    ),
}
HOW = "`/kb channel mention`, `/kb channel threads` or `/kb channel sure`, typed in a channel."


def render_channel(
    mode: ChannelMode, *, is_new: bool, lacking: str = "", is_member: bool = True
) -> RenderedMessage:
    """Return what is heard in a channel now, and what hinders it: a scope, or that I am not there.

    `is_new` says that it has just been chosen.
    """
    lead = "From now on, in this channel:" if is_new else "In this channel:"
    hindrances = []
    if mode != "mention" and lacking:
        hindrances.append(
            f"Until I have the optional scope {lacking}, I hear only mentions. Whoever installed "
            "me can allow it in the app's settings and install me again."
        )
    if not is_member:
        hindrances.append("I am not in this channel. Invite me with /invite.")
    lines = [f"{lead} {MEANINGS[mode]}", *hindrances]
    return message(
        "\n".join(lines),
        [section(f"{lead} *{mode}*\n{MEANINGS[mode]}"), *map(section, hindrances), context(HOW)],
    )


def render_no_channel() -> RenderedMessage:
    """Return what is said where nothing can be chosen."""
    text = "In a direct message I answer everything. Choose for a channel:"
    return message(f"{text} {', '.join(MODES)}", [section(text), context(HOW)])
