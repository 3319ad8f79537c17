"""A strict stand-in for Slack on the loopback interface, for tests and for trying the bot."""

from bot.local_slack.server import LocalSlack
from bot.local_slack.transport.http_mode import HttpAnswer, post_signed
from bot.local_slack.workspace.deliveries import Delivery
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import Channel, Entry, Message, Rejection, User
from bot.local_slack.workspace.workspace import DEFAULT_CHANNELS, DEFAULT_USERS

__all__ = [
    "DEFAULT_CHANNELS",
    "DEFAULT_USERS",
    "Channel",
    "Delivery",
    "Entry",
    "HttpAnswer",
    "LocalSlack",
    "Message",
    "Rejection",
    "Transcript",
    "User",
    "post_signed",
]
