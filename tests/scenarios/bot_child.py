"""A bot as a program of its own, with fakes behind it: `URL DATABASE PORT PAUSE_S`.

Port 0 stands for Socket Mode; another one is where HTTP mode serves.
"""

import sys
import threading
import time
from collections.abc import Callable

from bot.app import create_bot
from bot.connections.http import create_http_app
from bot.connections.serving import serve
from bot.connections.socket_mode import run_socket_mode
from bot.local_slack import LocalSlack
from bot.record.activity import Activity
from bot.record.channels import Channels
from bot.record.digests import Digests
from bot.record.experts import ExpertQuestions
from bot.record.gaps import Gaps
from bot.record.journal import Journal
from bot.record.privacy import Privacy
from bot.record.remarks import Remarks
from bot.replying.delivery import create_client
from bot.services import Services
from bot.settings import BotSettings
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Question
from knowledge.record.database import open_database
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


class _SlowAnswerer(FakeAnswerer):
    def __init__(self, pause_s: float) -> None:
        super().__init__()
        self.pause_s = pause_s

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        time.sleep(self.pause_s)
        return super().answer(question, watch=watch)


def run(url: str, database_url: str, port: int, pause_s: float) -> None:
    """Serve until a signal, in the main thread; each answer takes `pause_s`."""
    database = open_database(database_url)
    bot = create_bot(
        settings=BotSettings(
            _env_file=None,
            SLACK_SIGNING_SECRET=LocalSlack.signing_secret,
            # The clock stands still, so all questions of a trial are of one minute.
            KB_QUESTIONS_PER_MINUTE=0,
            KB_CHANNEL_QUESTIONS_PER_MINUTE=0,
        ),
        services=Services(
            answerer=_SlowAnswerer(pause_s),
            glossary=FakeGlossary(),
            corpus=FakeCorpus(),
            library=FakeLibrary(),
            ingest=FakeIngestion(),
            plan=FakeIngestion().plan,
            additions=FakeChanges(),
            rollback=FakeChanges(),
            audit=FakeAudit(),
            journal=Journal(database),
            remarks=Remarks(database),
            channels=Channels(database),
            expert_questions=ExpertQuestions(database),
            gaps=Gaps(database, embed=embed_stems),
            activity=Activity(database),
            digests=Digests(database),
            privacy=Privacy(database),
            clock=FakeClock(),
        ),
        client=create_client(token=LocalSlack.bot_token, base_url=url),
    )
    bot.start()
    try:
        if port:
            app = create_http_app(bot.app, signing_secret=LocalSlack.signing_secret)
            serve(app, host="127.0.0.1", port=port)
        else:
            run_socket_mode(bot.app, app_token=LocalSlack.app_token, stop=threading.Event())
    finally:
        bot.close()
        database.close()


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
