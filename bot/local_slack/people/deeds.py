"""What people do in the local Slack; each deed reaches the app as Slack would tell it."""

from typing import Any, Literal

from bot.local_slack.people.payloads import (
    changed_event,
    command_payload,
    event_callback,
    find_action,
    interaction,
    mention_event,
    message_event,
    message_fields,
    shared_message,
    typed_blocks,
    typed_text,
)
from bot.local_slack.workspace.deliveries import Delivery, Kind
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import BOT_USER_ID, Channel, Entry, Json, Message, User
from bot.local_slack.workspace.wire import message_json
from bot.local_slack.workspace.workspace import Workspace

OTHER_BOT = User(id="U0OTHERBT", name="other-bot", is_bot=True)
_SUBSCRIPTIONS = {"public": "message.channels", "private": "message.groups", "im": "message.im"}


class UserSide:
    """The people of a workspace.

    Users and channels are named by id or by name (`member`, `general`). Every method may be
    called from any thread and returns at once; `wait_for` on the transcript waits for answers.
    """

    workspace: Workspace
    transcript: Transcript
    subscriptions: frozenset[str]
    """The bot events that the app has subscribed to."""
    commands: frozenset[str] | None
    """The app's slash commands; None means any."""

    def deliver(self, kind: Kind, payload: Json, *, ticket: str | None = None) -> Delivery:
        """Send a payload to the app."""
        raise NotImplementedError

    def response_url(self, ticket: str) -> str:
        """Return the URL that takes an app's answer."""
        raise NotImplementedError

    def mention(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write in a channel and mention the app, in front unless `text` already does.

        Returns the timestamp. The app hears of it only where it is a member.
        """
        place, mention = self.workspace.channel(channel), f"<@{BOT_USER_ID}>"
        text = text if mention in text else f"{mention} {text}"
        message = self._write(self.workspace.user(user), place, text, thread_ts=thread_ts)
        return message.ts

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write in a channel without mentioning anybody; returns the timestamp."""
        place = self.workspace.channel(channel)
        return self._write(self.workspace.user(user), place, text, thread_ts=thread_ts).ts

    def direct_message(self, user: str, text: str, *, thread_ts: str | None = None) -> str:
        """Write to the app in the direct message with it; returns the timestamp."""
        author = self.workspace.user(user)
        place = self.workspace.direct_channel(author.id)
        return self._write(author, place, text, thread_ts=thread_ts).ts

    def forward(
        self, user: str, original: Message, channel: str, text: str = "", *, to_bot: bool = True
    ) -> str:
        """Forward a message, with words of one's own; returns the timestamp.

        With `to_bot` the app is mentioned where that takes a mention.
        """
        author, place = self.workspace.user(user), self.workspace.channel(channel)
        if to_bot and place.kind != "im":
            text = f"<@{BOT_USER_ID}> {text}".strip()
        return self._write(
            author, place, text, thread_ts=None, attachments=(shared_message(original),)
        ).ts

    def bot_message(self, channel: str, text: str, *, thread_ts: str | None = None) -> str:
        """Let another bot write; returns the timestamp."""
        place = self.workspace.channel(channel)
        return self._write(OTHER_BOT, place, text, thread_ts=thread_ts, bot_id="B0OTHER01").ts

    def edit_message(self, channel: str, ts: str, text: str) -> None:
        """Change the text of a message that a person wrote."""
        old = self.workspace.message(self.workspace.channel(channel), ts)
        text = typed_text(text)
        new = self.workspace.revised(old, text=text, blocks=typed_blocks(text))
        self.transcript.record("updated", new)

    def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message that a person wrote."""
        old = self.workspace.message(self.workspace.channel(channel), ts)
        self.transcript.record("deleted", self.workspace.revised(old, is_deleted=True))

    def command(
        self, user: str, command: str, text: str = "", channel: str = "general"
    ) -> Delivery:
        """Use a slash command.

        Raises:
            ValueError: The app's manifest does not list it.
        """
        if self.commands is not None and command not in self.commands:
            raise ValueError(f"{command} is not a valid command; there are {sorted(self.commands)}")
        person, place = self.workspace.user(user), self.workspace.channel(channel)
        ticket = self.workspace.issue_ticket(channel=place.id, user=person.id)
        payload = command_payload(
            user=person,
            channel=place,
            command=command,
            text=typed_text(text),
            response_url=self.response_url(ticket),
            trigger_id=self.workspace.issue_trigger(person.id),
        )
        return self.deliver("slash_commands", payload, ticket=ticket)

    def press(
        self, user: str, message: Message, action_id: str, value: str | None = None
    ) -> Delivery:
        """Press a button of a message, or choose the option `value` of a menu.

        Raises:
            LookupError: The current version of the message has no such control.
        """
        person = self.workspace.user(user)
        place = self.workspace.channel(message.channel)
        current = self.transcript.find(message.channel, message.ts)
        if current is None or current.is_deleted or current.visible_to not in {None, person.id}:
            raise LookupError(f"{person.name} sees no message {message.ts} in {place.name}")
        action = find_action(current.blocks, action_id, value, at=self.workspace.mint_ts())
        return self._interact(
            "block_actions",
            person,
            current,
            place,
            **message_fields(current, place),
            actions=[action],
        )

    def press_in_view(
        self, user: str, view: Json, action_id: str, value: str | None = None
    ) -> Delivery:
        """Press a button of the Home tab or of a modal, as shown in a `view` entry.

        Raises:
            LookupError: The view has no such control.
        """
        person = self.workspace.user(user)
        at = self.workspace.mint_ts()
        action = find_action(tuple(view["blocks"]), action_id, value, at=at)
        payload = interaction(
            "block_actions",
            user=person,
            trigger_id=self.workspace.issue_trigger(person.id),
            container={"type": "view", "view_id": view["id"]},
            view=view,
            actions=[action],
        )
        return self.deliver("interactive", payload)

    def message_shortcut(self, user: str, callback_id: str, message: Message) -> Delivery:
        """Use a shortcut from the menu of a message."""
        person = self.workspace.user(user)
        place = self.workspace.channel(message.channel)
        return self._interact(
            "message_action",
            person,
            message,
            place,
            callback_id=callback_id,
            action_ts=self.workspace.mint_ts(),
            message_ts=message.ts,
            channel={"id": place.id, "name": place.name},
            message=message_json(message),
        )

    def open_app(self, user: str, tab: Literal["home", "messages"] = "home") -> Delivery:
        """Look at the app's Home or Messages tab."""
        person = self.workspace.user(user)
        channel = self.workspace.direct_channel(person.id)
        event: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel.id,
            "tab": tab,
            "event_ts": self.workspace.mint_ts(),
        }
        view = self.workspace.views.get(f"V{person.id}")
        if tab == "home" and view is not None:
            event["view"] = view
        return self.send_event(event, channel)

    def submit_view(self, user: str, view: Json, values: Json) -> Delivery:
        """Submit an open modal; `values` is `{block_id: {action_id: {"type", "value", ...}}}`."""
        person = self.workspace.user(user)
        payload = interaction(
            "view_submission",
            user=person,
            trigger_id=self.workspace.issue_trigger(person.id),
            view=view | {"state": {"values": values}},
            response_urls=[],
        )
        return self.deliver("interactive", payload)

    def send_event(self, event: Json, channel: Channel | None = None) -> Delivery:
        """Send any event, subscribed or not."""
        return self.deliver("events_api", event_callback(event, channel=channel))

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send the same payload again, as Slack sometimes does with one already acknowledged."""
        return self.deliver(delivery.kind, delivery.payload, ticket=delivery.ticket)

    def announce(self, entry: Entry) -> None:
        """Tell the app of a change in a channel, if it has subscribed to that; its own included."""
        message = entry.message
        if message is None or message.visible_to is not None or message.is_streaming:
            return
        channel = self.workspace.channel(message.channel)
        if BOT_USER_ID not in channel.members:
            return
        author = OTHER_BOT if message.user == OTHER_BOT.id else self.workspace.user(message.user)
        is_new = entry.kind == "posted"
        is_mention = is_new and channel.kind != "im" and f"<@{BOT_USER_ID}>" in message.text
        if is_mention and not message.is_from_app and "app_mention" in self.subscriptions:
            self.send_event(mention_event(message, channel, author), channel)
        if _SUBSCRIPTIONS[channel.kind] in self.subscriptions:
            event = (
                message_event(message, channel, author)
                if is_new
                else changed_event(message, channel, event_ts=self.workspace.mint_ts())
            )
            self.send_event(event, channel)

    def _write(
        self,
        author: User,
        channel: Channel,
        text: str,
        *,
        thread_ts: str | None,
        bot_id: str | None = None,
        attachments: tuple[Json, ...] = (),
    ) -> Message:
        text = typed_text(text)
        message = Message(
            channel=channel.id,
            ts=self.workspace.mint_ts(),
            user=author.id,
            text=text,
            blocks=() if bot_id else typed_blocks(text),
            thread_ts=thread_ts,
            bot_id=bot_id,
            attachments=attachments,
            at=self.workspace.clock(),
        )
        self.transcript.record("posted", message)
        return message

    def _interact(
        self, kind: str, user: User, original: Message, place: Channel, /, **fields: Any
    ) -> Delivery:
        ticket = self.workspace.issue_ticket(channel=place.id, user=user.id, original=original)
        payload = interaction(
            kind,
            user=user,
            trigger_id=self.workspace.issue_trigger(user.id),
            response_url=self.response_url(ticket),
            **fields,
        )
        return self.deliver("interactive", payload, ticket=ticket)
