"""One bot of several: HTTP mode, PostgreSQL, a Chroma server: `SLACK DATABASE CHROMA DIR PORT S`.

Each answer takes `S` seconds besides; the articles are searched with words in hashed buckets.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.app import create_bot
from bot.connections.http import create_http_app
from bot.connections.serving import serve
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
from bot.services import Answerer, Services
from bot.settings import BotSettings
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Question
from knowledge.record.database import open_database
from tests.fakes import (
    FakeAudit,
    FakeChanges,
    FakeClock,
    FakeCorpus,
    FakeGlossary,
    FakeIngestion,
    FakeLibrary,
    embed_stems,
)
from tests.replicas import LEASE_S
from tests.workbench import open_workbench


class _Slow:
    def __init__(self, answerer: Answerer, pause_s: float) -> None:
        self._answerer = answerer
        self._pause_s = pause_s

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        time.sleep(self._pause_s)
        return self._answerer.answer(question, watch=watch)


def main() -> None:
    slack_url, database_url, chroma_url, folder, port, pause_s = sys.argv[1:]
    database = open_database(database_url)
    with open_workbench(
        Path(folder), chroma_url=chroma_url, database_url=database_url
    ) as workbench:
        bot = create_bot(
            settings=BotSettings(
                _env_file=None,
                KB_QUESTIONS_PER_MINUTE=0,
                KB_CHANNEL_QUESTIONS_PER_MINUTE=0,
                SLACK_SIGNING_SECRET=LocalSlack.signing_secret,
            ),
            services=Services(
                answerer=_Slow(workbench.answerer(), float(pause_s)),
                glossary=FakeGlossary(),
                corpus=FakeCorpus(),
                library=FakeLibrary(),
                ingest=FakeIngestion(),
                plan=FakeIngestion().plan,
                additions=FakeChanges(),
                rollback=FakeChanges(),
                audit=FakeAudit(),
                journal=Journal(database, lease_s=LEASE_S),
                remarks=Remarks(database),
                gaps=Gaps(database, embed=embed_stems),
                activity=Activity(database),
                digests=Digests(database),
                privacy=Privacy(database),
                channels=Channels(database),
                expert_questions=ExpertQuestions(database),
                clock=FakeClock(),
            ),
            client=create_client(token=LocalSlack.bot_token, base_url=slack_url),
        )
        bot.start()
        try:
            app = create_http_app(bot.app, signing_secret=LocalSlack.signing_secret)
            serve(app, host="127.0.0.1", port=int(port))
        finally:
            bot.close()
            database.close()


if __name__ == "__main__":
    main()
