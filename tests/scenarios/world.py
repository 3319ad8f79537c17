"""What a story has at hand: the local Slack, a whole bot, and what is behind it."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.app import Bot, create_bot
from bot.connections.socket_mode import connected
from bot.local_slack import LocalSlack, Message
from bot.record.activity import Activity
from bot.record.channels import Channels
from bot.record.digests import Digests
from bot.record.experts import ExpertQuestions
from bot.record.gaps import Gaps
from bot.record.journal import Journal
from bot.record.privacy import Privacy
from bot.record.remarks import Remarks
from bot.replying.delivery import create_client
from bot.services import Answerer, Services
from bot.settings import BotSettings
from knowledge.record.database import Database, open_database
from tests.fakes import (
    FakeAnswerer,
    FakeAudit,
    FakeChanges,
    FakeClock,
    FakeCorpus,
    FakeGlossary,
    FakeIngestion,
    FakeLibrary,
    embed_stems,
)

MANIFEST = Path(__file__).parents[2] / "manifest.json"
ADMIN = "U0ADMIN01"
MEMBER = "U0MEMBER1"


@dataclass(slots=True, kw_only=True)
class World:
    """What a story needs: Slack, the bot, and what is behind it."""

    slack: LocalSlack
    bot: Bot
    services: Services
    database: Database
    journal: Journal
    answerer: FakeAnswerer
    ingestion: FakeIngestion
    audit: FakeAudit
    clock: FakeClock

    def private_reply(self, user_id: str, *, number: int = 1) -> Message:
        """Return the `number`-th message that only this person sees, once it is there."""
        self.slack.wait_for(lambda: len(self.slack.transcript.ephemerals(user_id)) >= number)
        return self.slack.transcript.ephemerals(user_id)[number - 1]

    def until(self, predicate: Callable[[], object], *, timeout_s: float = 20.0) -> None:
        """Return once `predicate` is true, for what Slack does not see."""
        deadline = time.monotonic() + timeout_s
        while not predicate():
            assert time.monotonic() < deadline, self.seen()
            time.sleep(0.01)

    def seen(self) -> str:
        """Return everything that anybody was shown."""
        return self.slack.transcript.describe()


Start = Callable[..., World]


def start_world(
    stack: ExitStack,
    *,
    database_url: str,
    admins: str = ADMIN,
    experts: str = "",
    events: frozenset[str] | None = None,
    connection: Literal["direct", "socket", "none"] = "direct",
    slack: LocalSlack | None = None,
    clock: FakeClock | None = None,
    api_url: str = "",
    per_minute: int = 0,
    answers: Answerer | None = None,
    **slack_options: Any,
) -> World:
    """Start a bot, and a Slack for it unless one is given; `stack` ends both.

    `answers` answers instead of the fake answerer.
    """
    if slack is None:
        manifest = json.loads(MANIFEST.read_text())
        slack_options = {"ack_timeout_s": 3.0, **slack_options}
        slack = stack.enter_context(LocalSlack(manifest=manifest, events=events, **slack_options))
    database = open_database(database_url)
    stack.callback(database.close)
    answerer, ingestion, audit = FakeAnswerer(), FakeIngestion(), FakeAudit()
    clock = clock or FakeClock()
    journal = Journal(database)
    services = Services(
        answerer=answers or answerer,
        glossary=FakeGlossary(),
        corpus=FakeCorpus(),
        library=FakeLibrary(),
        ingest=ingestion,
        plan=ingestion.plan,
        additions=FakeChanges(),
        rollback=FakeChanges(),
        audit=audit,
        journal=journal,
        remarks=Remarks(database),
        gaps=Gaps(database, embed=embed_stems),
        activity=Activity(database),
        digests=Digests(database),
        channels=Channels(database),
        expert_questions=ExpertQuestions(database),
        privacy=Privacy(database),
        clock=clock,
    )
    bot = create_bot(
        settings=BotSettings(
            _env_file=None,
            KB_ADMINS=admins,
            KB_EXPERTS_CHANNEL=experts,
            KB_QUESTIONS_PER_MINUTE=per_minute,
            KB_CHANNEL_QUESTIONS_PER_MINUTE=0,
            SLACK_SIGNING_SECRET=slack.signing_secret,
        ),
        services=services,
        client=create_client(token=slack.bot_token, base_url=api_url or slack.api_url),
    )
    bot.start()
    stack.callback(bot.close)
    if connection == "direct":
        # The same way through Bolt as over a socket, without its second of parting.
        slack.deliver_to(bot.app)
    elif connection == "socket":
        stack.enter_context(connected(bot.app, app_token=slack.app_token))
        slack.wait_for(lambda: slack.connections > 0)
    return World(
        slack=slack,
        bot=bot,
        services=services,
        database=database,
        journal=journal,
        answerer=answerer,
        ingestion=ingestion,
        audit=audit,
        clock=clock,
    )
