"""Starts the bot: builds every service once and connects it to Slack, or to the local Slack."""

import argparse
import datetime as dt
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from bot.app import Bot, create_bot
from bot.connections.http import create_http_app
from bot.connections.socket_mode import connected, run_socket_mode
from bot.local_slack import DEFAULT_USERS, LocalSlack
from bot.local_slack.terminal.chat import TerminalChat
from bot.replying.delivery import create_client
from bot.services import Services
from bot.settings import BotSettings
from ingest.pipeline import make_ingestion
from ingest.sources import all_sources
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import CorpusStatus, IngestProgress, IngestReport
from knowledge.errors import ConfigError, KnowledgeError
from knowledge.record.gaps import Gaps
from knowledge.record.journal import Journal
from knowledge.record.ledger import RegisteredSource
from knowledge.record.library import Library
from knowledge.record.privacy import Privacy
from knowledge.record.remarks import Remarks
from knowledge.settings import KnowledgeSettings

logger = logging.getLogger("bot")

DONE, FAILED, BAD_USAGE = 0, 1, 2
MANIFEST = Path(__file__).parent.parent / "manifest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bot until it is told to stop; return its exit code."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        settings, knowledge_settings = _load_settings()
        is_local = options.local or (settings.is_local and not options.http)
        if not is_local:
            settings.require_tokens("http" if options.http else "socket")
        _configure_logging("WARNING" if is_local else settings.log_level)
        with open_knowledge(knowledge_settings, exclusive=True) as knowledge:
            knowledge.index.check_ready()
            # Whatever the index lacks of the record is written from stored vectors.
            knowledge.index.prepare(knowledge.embedder.embed_documents)
            services = _services(knowledge)
            with _warming(knowledge):
                if is_local:
                    _run_local(settings, services)
                elif options.http:
                    _run_http(settings, services)
                else:
                    _run_socket_mode(settings, services)
    except KnowledgeError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return BAD_USAGE if isinstance(exc, ConfigError) else FAILED
    return DONE


@contextmanager
def _warming(knowledge: Knowledge) -> Iterator[None]:
    """Load the models and make what answers need beside the bot's start, not at a question."""
    stop = threading.Event()

    def warm() -> None:
        try:
            knowledge.warm(stop)
        except KnowledgeError:
            logger.exception("warming up failed; questions will find out what is wrong")

    thread = threading.Thread(target=warm, name="warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _load_settings() -> tuple[BotSettings, KnowledgeSettings]:
    """Read both kinds of settings; raise one `ConfigError` that names all that is wrong."""
    problems = []
    loaded = []
    for kind in (BotSettings, KnowledgeSettings):
        try:
            loaded.append(kind.load())
        except ConfigError as exc:
            problems.append(str(exc))
    if problems:
        raise ConfigError("\n".join(problems))
    bot_settings, knowledge_settings = loaded
    assert isinstance(bot_settings, BotSettings)  # noqa: S101 (tells the type checker)
    assert isinstance(knowledge_settings, KnowledgeSettings)  # noqa: S101
    return bot_settings, knowledge_settings


def _run_local(settings: BotSettings, services: Services) -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else None
    admin = next(user.id for user in DEFAULT_USERS if user.name == "admin")
    settings = settings.model_copy(update={"admins": settings.admins | {admin}})
    for left_over in services.journal.waiting():
        # The workspace in which it was asked ended with the last session.
        services.journal.finish(left_over.event_id)
    with LocalSlack(manifest=manifest) as slack:
        client = create_client(token=slack.bot_token, base_url=slack.api_url)
        bot = create_bot(settings=settings, services=services, client=client)
        # Connecting is no news here, and would stand in the middle of the chat.
        logging.getLogger("slack_bolt").setLevel(logging.WARNING)
        bot.start()
        try:
            with connected(bot.app, app_token=slack.app_token):
                TerminalChat(slack).run()
        finally:
            bot.close()


def _run_socket_mode(settings: BotSettings, services: Services) -> None:
    bot = create_bot(settings=settings, services=services)
    _serve(
        bot,
        lambda: run_socket_mode(
            bot.app,
            app_token=settings.slack_app_token.get_secret_value(),
            stop=threading.Event(),
        ),
    )


def _run_http(settings: BotSettings, services: Services) -> None:
    bot = create_bot(settings=settings, services=services)
    secret = settings.slack_signing_secret.get_secret_value()
    web = create_http_app(bot.app, signing_secret=secret)
    _serve(
        bot,
        lambda: uvicorn.run(web, host=settings.http_host, port=settings.http_port, log_config=None),
    )


def _serve(bot: Bot, run: Callable[[], None]) -> None:
    bot.start()
    try:
        run()
    finally:
        bot.close()


def _services(knowledge: Knowledge) -> Services:
    ingestion = make_ingestion(knowledge)

    def ingest(actor: str, on_progress: Callable[[IngestProgress], None]) -> IngestReport:
        sources = all_sources(knowledge.ledger.sources())
        return ingestion.run(sources, actor=actor, on_progress=on_progress)

    return Services(
        answerer=knowledge.answerer,
        glossary=knowledge.glossary,
        corpus=_Corpus(knowledge),
        library=Library(knowledge.database),
        ingest=ingest,
        audit=knowledge.ledger,
        journal=Journal(knowledge.database),
        remarks=Remarks(knowledge.database),
        gaps=Gaps(knowledge.database),
        privacy=Privacy(knowledge.database),
        clock=lambda: dt.datetime.now(tz=dt.UTC),
    )


class _Corpus:
    """Tells administrators what there is."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def status(self) -> CorpusStatus:
        knowledge = self._knowledge
        counts = knowledge.catalog.counts()
        generation = knowledge.ledger.active_generation()
        runs = knowledge.ledger.runs(limit=1)
        return CorpusStatus(
            articles=counts["articles"],
            chunks=counts["chunks"],
            glossary_terms=len(knowledge.glossary.terms()),
            embedder=knowledge.embedder.name,
            chat_model=knowledge.settings.chat_model,
            index_ready=generation is not None,
            last_run=f"{runs[0].state}, {runs[0].started_at:%Y-%m-%d %H:%M} UTC" if runs else "",
        )

    def sources(self) -> Sequence[RegisteredSource]:
        return self._knowledge.ledger.sources()


def _configure_logging(level: str) -> None:
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Answer questions in Slack: over Socket Mode, or, without any Slack token, in "
        "a local Slack in this terminal.",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--http", action="store_true", help="serve signed HTTP requests instead")
    mode.add_argument("--local", action="store_true", help="use the local Slack even with tokens")
    return parser


if __name__ == "__main__":
    sys.exit(main())
