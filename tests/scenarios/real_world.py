"""Real services for stories: the real embedder, Chroma and record, and what they hold."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from benchmarks.faults.harm import stray_marks
from bot.__main__ import _metrics, _services
from bot.app import create_bot
from bot.connections.socket_mode import connected
from bot.local_slack import LocalSlack, Message
from bot.record.journal import Journal
from bot.replying.delivery import create_client
from bot.settings import BotSettings
from ingest.pipeline import make_ingestion
from ingest.sources import BUNDLED, describe_source
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import Answer, Outcome, Question
from knowledge.models.embeddings import SentenceTransformerEmbedder
from knowledge.settings import KnowledgeSettings
from tests.scenarios.world import ADMIN, MANIFEST

SHARED = Path(__file__).parents[3] / "shared"
SEED = SHARED / "seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RealCorpus:
    """A data directory into which articles have been ingested."""

    data_dir: Path
    """Closed: whoever opens it does so alone, or takes a copy."""
    inbox: Path
    """A registered folder, for articles that come later."""
    has_seed: bool

    @classmethod
    def made_in(cls, root: Path) -> Self:
        """Return what `ingest_real_corpus` has made in a folder."""
        return cls(data_dir=root / "data", inbox=root / "inbox", has_seed=SEED.is_dir())

    def copy_to(self, data_dir: Path) -> Path:
        shutil.copytree(self.data_dir, data_dir)
        return data_dir

    def copied_to(self, data_dir: Path) -> Self:
        """Return the same with a data directory of its own."""
        return replace(self, data_dir=self.copy_to(data_dir))


@dataclass(slots=True, kw_only=True)
class RealWorld:
    """The local Slack, a bot, and the real services behind it."""

    slack: LocalSlack
    knowledge: Knowledge

    def ask(self, way: str, text: str) -> Message:
        """Ask by mention, direct message or command; return the reply."""
        if way == "command":
            # Commands of one person in one channel are a conversation, which is to begin anew.
            Journal(self.knowledge.database).purge(before=dt.datetime.now(tz=dt.UTC))
            seen = len(self.slack.transcript.ephemerals())
            self.slack.command("member", "/ask", text)
            self.slack.wait_for(lambda: len(self.slack.transcript.ephemerals()) > seen, 20)
            return self.slack.transcript.ephemerals()[seen]
        if way == "mention":
            ts = self.slack.mention("member", "general", text)
        else:
            ts = self.slack.direct_message("member", text)
        return self.slack.wait_for_reply(ts, timeout_s=20)

    def outcome(self, text: str) -> Outcome:
        return self.knowledge.answerer.answer(Question(text=text)).outcome


@contextmanager
def open_real_knowledge(
    data_dir: Path, *, embedder: SentenceTransformerEmbedder
) -> Iterator[Knowledge]:
    """Open a data directory with the model that is loaded already."""
    settings = KnowledgeSettings(_env_file=None, data_dir=data_dir)
    with open_knowledge(settings, exclusive=True, embedder=embedder) as knowledge:
        yield knowledge


def ingest(knowledge: Knowledge, *sources: str) -> None:
    """Bring the record in step with the sources, all of which must be readable."""
    ingestion = make_ingestion(knowledge)
    report = ingestion.run([describe_source(source) for source in sources], actor="test")
    assert report.is_complete, report.failed


def ingest_real_corpus(root: Path, *, embedder: SentenceTransformerEmbedder) -> None:
    corpus = RealCorpus.made_in(root)
    corpus.inbox.mkdir()
    (corpus.inbox / "first.md").write_text("# The canteen\n\nThe canteen opens at noon.\n")
    seeds = [str(SEED)] if corpus.has_seed else []
    with open_real_knowledge(corpus.data_dir, embedder=embedder) as knowledge:
        ingest(knowledge, BUNDLED, str(corpus.inbox), *seeds)


@contextmanager
def open_real_world(
    data_dir: Path, *, embedder: SentenceTransformerEmbedder, **settings: Any
) -> Iterator[RealWorld]:
    """Start a bot with the real services, connected to a local Slack over a websocket.

    `settings` are of the bot, beside its administrators.
    """
    with ExitStack() as stack:
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        slack = stack.enter_context(LocalSlack(manifest=manifest))
        knowledge = stack.enter_context(open_real_knowledge(data_dir, embedder=embedder))
        bot = create_bot(
            settings=BotSettings(_env_file=None, KB_ADMINS=ADMIN, **settings),
            services=_services(knowledge, _metrics(knowledge)),
            client=create_client(token=slack.bot_token, base_url=slack.api_url),
        )
        bot.start()
        stack.callback(bot.close)
        stack.enter_context(connected(bot.app, app_token=slack.app_token))
        slack.wait_for(lambda: slack.connections > 0)
        yield RealWorld(slack=slack, knowledge=knowledge)


def check_citations(answer: Answer, knowledge: Knowledge) -> None:
    """Check that every sentence cites a source, visible in SQL, and every quote is verbatim."""
    visible = knowledge.catalog.chunks([source.chunk_id for source in answer.sources])
    numbers = {source.n for source in answer.sources}
    assert answer.sentences
    for sentence in answer.sentences:
        assert sentence.citations, sentence
        assert set(sentence.citations) <= numbers, sentence
    for source in answer.sources:
        assert source.quote, source
        assert source.quote in visible[source.chunk_id].text, source


def check_harmless(shown: str, *, urls: Sequence[str] = ()) -> None:
    """Check that a text in Slack's markup pings nobody and links to nothing but `urls`."""
    assert stray_marks(shown, urls=urls) == [], shown
