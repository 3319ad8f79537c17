"""Who may do what, written down: every command, button, modal and event, for everybody.

    yes   it is done
    no    it is refused in a sentence of its own
    -     nothing is said

The first three are in the experts' channel. Slack lets neither a bot nor a deactivated person type
a command or press a button; what stands in their columns is what becomes of a payload that says so
all the same.
"""

from collections.abc import Callable
from typing import Any

import pytest

from bot.local_slack import DEFAULT_CHANNELS, DEFAULT_USERS, Channel, Message, User
from bot.local_slack.people.payloads import interaction
from bot.local_slack.workspace.values import Json, block_texts
from bot.rendering.notices import DENIALS
from tests.scenarios.world import Start, World

PEOPLE = [
    "admin",
    "member",
    "guest",
    "stranger",
    "elsewhere",
    "deactivated",
    "robot",
    "nobody listed",
]
TABLE = """
mention            yes yes yes no  no  yes -   yes
direct message     yes yes yes no  no  yes -   yes
/ask               yes yes yes no  no  yes yes yes
/define            yes yes yes no  no  yes yes yes
/kb help           yes yes yes no  no  yes yes yes
/kb status         yes no  no  no  no  no  no  no
/kb sources        yes no  no  no  no  no  no  no
/kb gaps           yes no  no  no  no  no  no  no
/kb experts        yes no  no  no  no  no  no  no
/kb channel        yes no  no  no  no  no  no  no
explain a message  yes yes yes no  no  yes yes yes
take a question    yes yes yes no  no  no  no  yes
answer form        yes yes yes no  no  no  no  yes
/kb ingest         yes no  no  no  no  no  no  no
/kb digest         yes no  no  no  no  no  no  no
dismiss a gap      yes no  no  no  no  no  no  no
dismiss at home    yes no  no  no  no  no  no  no
pass on at home    yes no  no  no  no  no  no  no
/kb plan           yes no  no  no  no  no  no  no
ingest at home     yes no  no  no  no  no  no  no
plan at home       yes no  no  no  no  no  no  no
/kb pause          yes no  no  no  no  no  no  no
/kb resume         yes no  no  no  no  no  no  no
/kb erase          yes no  no  no  no  no  no  no
Home tab           yes yes yes yes yes yes yes yes
Read               yes yes yes no  no  yes yes yes
Next page          yes yes yes -   -   yes yes yes
a choice           yes yes yes no  no  yes yes yes
a choice at home   yes yes yes -   -   yes yes yes
a term             yes yes yes no  no  yes yes yes
vote               yes yes yes no  no  yes yes yes
reason of a vote   yes yes yes -   -   yes yes yes
share              yes yes yes no  no  yes yes yes
ask an expert      yes yes yes no  no  yes yes yes
question form      yes yes yes -   -   yes yes yes
term form          yes yes yes -   -   yes yes yes
glossary           yes yes yes -   -   yes yes yes
my data            yes yes yes -   -   yes yes yes
forget me          yes yes yes -   -   yes yes yes
"""
ROWS = {line[:18].strip(): line[18:].split() for line in TABLE.strip().split("\n")}

USERS = (
    *DEFAULT_USERS,
    User(id="U0STRANGE", name="stranger", team_id="T0ELSE001"),
    User(id="U0ELSEWHE", name="elsewhere", team_id="T0ELSE002"),
    User(id="U0DEACTIV", name="deactivated", is_deactivated=True),
    User(id="U0ROBOT01", name="robot", is_bot=True),
    User(id="U0ASKER01", name="asker"),
)
REFUSALS = (*DENIALS.values(), "I cannot do this for you.")


class _Person:
    """Tries everything, and tells what came of it."""

    def __init__(self, world: World, name: str) -> None:
        self.world = world
        self.slack = world.slack
        self.name = name
        self.id = self.slack.workspace.user(name).id
        self.asked = self._public("which RPO?")
        self.answered = self._public("what is BPO?")
        self.refused = self._public("something unknown")

    def _public(self, text: str) -> Message:
        """Return the reply in the channel to a question of somebody else."""
        return self.slack.wait_for_reply(self.slack.mention("asker", "general", text))

    def outcome(self, act: Callable[[], object], *, expected: str) -> str:
        """Do something and return what came of it, once it has come."""
        since = len(self.slack.transcript.entries)
        act()
        if expected == "-":
            self.slack.wait_until_idle(quiet_s=0.3, timeout_s=20)
        else:
            self.slack.transcript.wait_for(lambda: self._said(since), 20)
        said = self._said(since)
        if any(refusal in text for refusal in REFUSALS for text in said):
            return "no"
        return "yes" if said else "-"

    def _said(self, since: int) -> list[str]:
        said = []
        for entry in self.slack.transcript.entries[since:]:
            if entry.message is not None and entry.message.is_from_app:
                said.append(entry.message.shown_text)
            if entry.kind == "view":
                said += block_texts(entry.data["view"]["blocks"])
        return said

    def command(self, command: str, text: str) -> Callable[[], object]:
        return lambda: self.slack.command(self.name, command, text)

    def press(self, message: Message, action_id: str, value: str | None = None) -> object:
        return self.slack.press(self.name, message, action_id, value)

    def in_view(self, action_id: str, value: str) -> Callable[[], object]:
        """Press a button of a view that says nothing else."""

        def act() -> object:
            button = {
                "type": "button",
                "text": {"type": "plain_text", "text": "Press"},
                "action_id": action_id,
                "value": value,
            }
            blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
            view = self._open({"type": "modal", "blocks": blocks})
            return self.slack.press_in_view(self.name, view, action_id)

        return act

    def submit(self, callback_id: str, values: Json, metadata: str = "") -> Callable[[], object]:
        def act() -> object:
            view = self._open(
                {
                    "type": "modal",
                    "callback_id": callback_id,
                    "private_metadata": metadata,
                    "blocks": [],
                }
            )
            return self.slack.submit_view(self.name, view, values)

        return act

    def _open(self, view: Json) -> Json:
        shown = view | {"id": f"V{self.id}X", "user_id": self.id, "hash": "0", "title": {}}
        self.slack.workspace.views[shown["id"]] = shown
        return shown

    def on_own(self, question: str, action_id: str) -> Callable[[], object]:
        """Press a button of one's own private answer, or forge the press where there is none."""
        seen = len(self.slack.transcript.ephemerals(self.id))
        self.slack.command(self.name, "/ask", question)
        answer = self.world.private_reply(self.id, number=seen + 1)
        if f"'{action_id}'" in str(answer.blocks):
            return lambda: self.press(answer, action_id)
        return lambda: self._forge(action_id)

    def _forge(self, action_id: str) -> object:
        person = self.slack.workspace.user(self.name)
        place = self.slack.workspace.channel("general")
        ticket = self.slack.workspace.issue_ticket(channel=place.id, user=person.id)
        up = self.answered.blocks[-1]["elements"][0]["positive_button"]["value"]
        payload = interaction(
            "block_actions",
            user=person,
            trigger_id=self.slack.workspace.issue_trigger(person.id),
            response_url=self.slack.response_url(ticket),
            container={"type": "message", "channel_id": place.id, "is_ephemeral": True},
            channel={"id": place.id, "name": place.name},
            actions=[
                {"type": "button", "action_id": action_id, "value": up.partition(":")[2]},
            ],
        )
        return self.slack.deliver("interactive", payload, ticket=ticket)

    def ask(self, way: str) -> Callable[[], object]:
        if self.name == "robot":
            return lambda: self.slack.bot_message("general", f"<@{self.slack.bot_user_id}> what?")
        if way == "mention":
            return lambda: self.slack.mention(self.name, "general", "what is BPO?")
        return lambda: self.slack.direct_message(self.name, "what is BPO?")

    def acts(self) -> dict[str, Callable[[], object]]:
        down = self.answered.blocks[-1]["elements"][0]["negative_button"]["value"]
        section = '{"a":"what-is-bpo","n":2}'
        ticket = self.slack.workspace.issue_ticket(channel="C0GENERAL", user=self.id)
        form = f'["{down.partition(":")[2]}", "{self.slack.response_url(ticket)}"]'
        reason = {"reason": {"r": {"selected_option": {"value": "wrong"}}}}
        return {
            "mention": self.ask("mention"),
            "direct message": self.ask("direct message"),
            "/ask": self.command("/ask", "what is BPO?"),
            "/define": self.command("/define", "SLA"),
            "/kb help": self.command("/kb", "help"),
            "/kb status": self.command("/kb", "status"),
            "/kb sources": self.command("/kb", "sources"),
            "/kb gaps": self.command("/kb", "gaps"),
            "/kb experts": self.command("/kb", "experts"),
            "/kb channel": self.command("/kb", "channel"),
            "explain a message": lambda: self.slack.message_shortcut(
                self.name, "explain_message", self.answered
            ),
            "take a question": lambda: self._forge("expert_take"),
            "answer form": self.submit("expert_form", _typed("reply", "Petra does."), "gone"),
            "/kb ingest": self.command("/kb", "ingest"),
            "/kb digest": self.command("/kb", "digest"),
            "dismiss a gap": lambda: self._forge("gap_dismiss"),
            "dismiss at home": self.in_view("gap_dismiss", "gone:1"),
            "pass on at home": self.in_view("gap_pass", "gone:1"),
            "/kb plan": self.command("/kb", "plan"),
            "ingest at home": self.in_view("kb_ingest", "ingest"),
            "plan at home": self.in_view("kb_plan", "plan"),
            "/kb pause": self.command("/kb", "pause"),
            "/kb resume": self.command("/kb", "resume"),
            "/kb erase": self.command("/kb", "erase"),
            "Home tab": lambda: self.slack.open_app(self.name, "home"),
            "Read": lambda: self.press(self.answered, "read"),
            "Next page": self.in_view("turn_on", section),
            "vote": lambda: self.press(self.answered, "feedback", down),
            "reason of a vote": self.submit("vote_reason", reason, form),
            "a choice": lambda: self.press(self.asked, "ask_1"),
            "a choice at home": self.in_view("ask_1", '{"i":"","q":"what is KPO?"}'),
            "a term": lambda: self._forge("define_1"),
            "share": self.on_own("what is LPO?", "share_answer"),
            "ask an expert": self.on_own("an unknown thing", "ask_expert"),
            "question form": self.submit("ask_form", _typed("question", "what is BPO?")),
            "term form": self.submit("term_form", _typed("term", "SLA")),
            "glossary": self.in_view("terms_all", "terms"),
            "my data": self.in_view("data_after", "0"),
            "forget me": self.in_view("home_forget", "forget"),
        }


def _typed(block_id: str, text: str) -> Json:
    return {block_id: {"typed": {"type": "plain_text_input", "value": text}}}


def _world(start: Start, **options: Any) -> World:
    everyone = frozenset({*DEFAULT_CHANNELS[0].members, *(user.id for user in USERS)})
    general = Channel(id="C0GENERAL", name="general", members=everyone)
    return start(
        users=USERS, channels=(general, *DEFAULT_CHANNELS[1:]), experts="C0EXPERTS", **options
    )


def test_the_table_lists_everybody() -> None:
    assert all(len(row) == len(PEOPLE) for row in ROWS.values())


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_may_do_what_the_table_says(start: Start, who: str) -> None:
    world = _world(start, admins="" if who == "nobody listed" else "U0ADMIN01,U0DEACTIV,U0ROBOT01")
    person = _Person(world, "admin" if who == "nobody listed" else who)

    told = {name: row[PEOPLE.index(who)] for name, row in ROWS.items()}

    acts = person.acts()
    found = {name: person.outcome(acts[name], expected=told[name]) for name in told}

    assert acts.keys() == told.keys()
    assert found == told
    if who != "admin":
        assert world.ingestion.actors == []
