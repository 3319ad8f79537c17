"""Starts the bot: builds every service once and connects it to Slack, or to the local Slack."""

import argparse
import datetime as dt
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from slack_sdk import WebClient

from bot.access.identity import check_app_token
from bot.app import Bot, create_bot
from bot.connections.http import create_http_app
from bot.connections.serving import serve, serving
from bot.connections.socket_mode import connected, run_socket_mode, signals_set
from bot.ending import ended_by_sigterm, leave
from bot.local_slack import DEFAULT_CHANNELS, DEFAULT_USERS, LocalSlack
from bot.local_slack.terminal.chat import TerminalChat
from bot.local_slack.web.chat import WebChat, open_in_browser
from bot.record.activity import Activity
from bot.record.channels import Channels
from bot.record.digests import Digests
from bot.record.experts import ExpertQuestions
from bot.record.gaps import Gaps
from bot.record.journal import Journal
from bot.record.privacy import Privacy
from bot.record.remarks import Remarks
from bot.rendering.notices import SUGGESTED_PROMPTS
from bot.replying.delivery import create_client
from bot.services import Services
from bot.settings import BotSettings
from bot.watching.logs import configure_logging
from bot.watching.metrics import MeasuredAnswerer, Metrics, measure_calls
from bot.watching.probes import Check, kept, probe_routes, watching_app
from ingest.pipeline import Ingestion, make_ingestion
from ingest.sources import all_sources, describe_source
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import IngestProgress, IngestReport
from knowledge.errors import ArticleError, ConfigError, KnowledgeError
from knowledge.exit_codes import BAD_USAGE, DONE, FAILED
from knowledge.models.model_use import MODEL_USE, fell_back, read_use
from knowledge.record.history import History, Publication
from knowledge.record.ledger import RegisteredSource
from knowledge.record.library import Library
from knowledge.settings import KnowledgeSettings

logger = logging.getLogger("bot")

_LOOK_EVERY_S = 1.0
WARMING_TIMEOUT_S = 1.0
"""How long the end waits for models that are being loaded; nothing is lost with them."""
SLACK_CHECK_S = 30.0
MANIFEST = Path(__file__).parent.parent / "manifest.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bot until it is told to stop, also while it starts; return its exit code."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        with ended_by_sigterm():
            _start(options)
    except KnowledgeError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return BAD_USAGE if isinstance(exc, ConfigError) else FAILED
    except KeyboardInterrupt:
        # Nothing had been taken in, or it was left in order for the next start.
        return DONE
    return DONE


def _start(options: argparse.Namespace) -> None:
    settings, knowledge_settings = _load_settings()
    is_local = options.local or options.terminal or (settings.is_local and not options.http)
    if not is_local:
        settings.require_tokens("http" if options.http else "socket")
    configure_logging("WARNING" if is_local else settings.log_level, form=settings.log_format)
    if not is_local and not options.http:
        # The most likely mistake of all, so it is told before anything is opened.
        check_app_token(_client(settings), settings.slack_app_token.get_secret_value())
    with open_knowledge(knowledge_settings, exclusive=True) as opened:
        opened.index.check_ready()
        # Whatever the index lacks of the record is written from stored vectors.
        opened.mend_index()
        metrics = _metrics(opened)
        services = _services(opened, metrics)
        with _warming(opened):
            if is_local:
                # What is piped in is for the terminal to read.
                in_terminal = options.terminal or not sys.stdin.isatty()
                _run_local(settings, services, in_terminal=in_terminal)
            else:
                _run(settings, services, opened, metrics, is_http=options.http)


@contextmanager
def _warming(opened: Knowledge) -> Iterator[None]:
    """Load the models and make what answers need beside the bot's start, not at a question."""
    stop = threading.Event()

    def warm() -> None:
        try:
            opened.warm(stop)
        except Exception as exc:
            # When the program ends meanwhile, what it works with is closed under it.
            if stop.is_set():
                return
            if not isinstance(exc, KnowledgeError):
                raise
            logger.exception("warming up failed; questions will find out what is wrong")

    thread = threading.Thread(target=warm, name="warming", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(WARMING_TIMEOUT_S)


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


def _run_local(settings: BotSettings, services: Services, *, in_terminal: bool) -> None:
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8")) if MANIFEST.is_file() else None
    admin = next(user.id for user in DEFAULT_USERS if user.name == "admin")
    experts = next(channel.id for channel in DEFAULT_CHANNELS if channel.name == "experts")
    settings = settings.model_copy(
        update={"admins": settings.admins | {admin}, "experts_channel": experts}
    )
    # The workspace in which it was asked ended with the last session.
    services.journal.finish_all()
    with LocalSlack(manifest=manifest) as slack:
        client = create_client(token=slack.bot_token, base_url=slack.api_url)
        bot = create_bot(settings=settings, services=services, client=client)
        # Connecting is no news here, and would stand in the middle of the chat.
        logging.getLogger("slack_bolt").setLevel(logging.WARNING)
        bot.start()
        try:
            with connected(bot.app, app_token=slack.app_token):
                if in_terminal:
                    TerminalChat(slack, prompts=[p["message"] for p in SUGGESTED_PROMPTS]).run()
                else:
                    _show_page(slack, manifest)
        finally:
            bot.close()


def _show_page(slack: LocalSlack, manifest: dict[str, Any] | None) -> None:
    stop = threading.Event()
    with WebChat(slack, manifest=manifest) as chat, signals_set(stop):
        print(f"The local Slack is at {chat.url} (Ctrl-C ends it)", flush=True)
        open_in_browser(chat.url)
        while not stop.wait(_LOOK_EVERY_S):
            pass


def _client(settings: BotSettings) -> WebClient:
    token = settings.slack_bot_token.get_secret_value()
    return create_client(token=token, base_url=settings.slack_api_url)


def _run(
    settings: BotSettings,
    services: Services,
    opened: Knowledge,
    metrics: Metrics,
    *,
    is_http: bool,
) -> None:
    client = _client(settings)
    measure_calls(client, metrics)
    bot = create_bot(settings=settings, services=services, client=client)
    probes = probe_routes(checks=_checks(opened, services, client), metrics=metrics)
    with ExitStack() as stack:
        if settings.watch_port:
            app = watching_app(probes)
            stack.enter_context(serving(app, host=settings.watch_host, port=settings.watch_port))
        if is_http:
            secret = settings.slack_signing_secret.get_secret_value()
            web = create_http_app(bot.app, signing_secret=secret, probes=probes)
            _serve(bot, lambda: serve(web, host=settings.http_host, port=settings.http_port))
        else:
            token, stop = settings.slack_app_token.get_secret_value(), threading.Event()
            _serve(bot, lambda: run_socket_mode(bot.app, app_token=token, stop=stop))


def _checks(opened: Knowledge, services: Services, client: WebClient) -> dict[str, Check]:
    """Return what `/readyz` asks for."""

    def model() -> None:
        if not opened.embedder.max_tokens:
            raise ConfigError("the embedding model is not loaded")

    return {
        "record": services.journal.queue,
        "index": opened.index.check_answers,
        "model": model,
        "slack": kept(client.auth_test, for_s=SLACK_CHECK_S),
    }


def _metrics(opened: Knowledge) -> Metrics:
    """Return the figures, of which some are read from the record when they are asked for."""
    journal = Journal(opened.database)

    def queue() -> dict[str, float]:
        found = journal.queue()
        now = dt.datetime.now(tz=dt.UTC)
        age_s = (now - found.oldest).total_seconds() if found.oldest else 0.0
        return {
            "kb_queue_length": found.length,
            "kb_queue_oldest_seconds": max(age_s, 0.0),
            "kb_bots": len(journal.processes()),
        }

    def ingestion() -> dict[str, float]:
        runs = opened.ledger.runs(limit=1)
        last = runs[0] if runs else None
        counts = opened.catalog.counts()
        return {
            "kb_articles": counts["articles"],
            "kb_passages": counts["chunks"],
            "kb_last_ingestion_timestamp_seconds": (
                (last.ended_at or last.started_at).timestamp() if last else 0.0
            ),
            "kb_last_ingestion_complete": float(last is not None and last.state == "done"),
        }

    def model() -> dict[str, float]:
        day = read_use(opened.settings.data_dir / MODEL_USE).get(
            f"{dt.datetime.now(dt.UTC):%Y-%m-%d}", {}
        )
        fates = day.get("fates", {})
        return {
            "kb_chat_model_answers_today": float(sum(fates.values())),
            "kb_chat_model_fell_back_today": float(fell_back(fates)),
            **{
                f"kb_chat_model_{name}_today": float(day.get(name, 0))
                for name in ("calls", "tokens_read", "tokens_written")
            },
        }

    return Metrics(queue, ingestion, model)


def _serve(bot: Bot, run: Callable[[], None]) -> None:
    bot.start()
    try:
        run()
    finally:
        # Whoever is told twice to end is ending.
        with signals_set(threading.Event()):
            bot.close()


def _services(opened: Knowledge, metrics: Metrics) -> Services:
    ingestion = make_ingestion(opened)

    def ingest(actor: str, on_progress: Callable[[IngestProgress], None]) -> IngestReport:
        sources = all_sources(opened.sources())
        return ingestion.run(sources, actor=actor, on_progress=on_progress)

    def plan() -> IngestReport:
        return ingestion.plan(all_sources(opened.sources()))

    changes = _Changes(opened, ingestion)
    return Services(
        answerer=MeasuredAnswerer(opened.answerer, metrics),
        glossary=opened.glossary,
        corpus=opened,
        library=Library(opened.database),
        ingest=ingest,
        plan=plan,
        additions=changes,
        rollback=changes,
        audit=opened.ledger,
        journal=Journal(opened.database),
        remarks=Remarks(opened.database),
        gaps=Gaps(opened.database, embed=opened.embedder.embed_documents),
        activity=Activity(opened.database),
        digests=Digests(opened.database),
        channels=Channels(opened.database),
        expert_questions=ExpertQuestions(opened.database),
        privacy=Privacy(opened.database),
        clock=lambda: dt.datetime.now(tz=dt.UTC),
    )


class _Changes:
    """What administrators change from Slack."""

    def __init__(self, opened: Knowledge, ingestion: Ingestion) -> None:
        self._settings = opened.settings
        self._history = History(opened.database)
        self._ingestion = ingestion

    def describe(self, address: str) -> RegisteredSource:
        if not address.casefold().startswith(("https://", "http://")):
            reason = "does not begin with https:// or http://"
            raise ArticleError(reason, location=address)
        return describe_source(address, ports=self._settings.allowed_ports)

    def add(
        self, source: RegisteredSource, actor: str, on_progress: Callable[[IngestProgress], None]
    ) -> IngestReport:
        return self._ingestion.run([source], actor=actor, on_progress=on_progress)

    def publications(self) -> Sequence[Publication]:
        return self._history.publications()

    def rollback(self, run_id: int, actor: str) -> IngestReport:
        return self._ingestion.rollback(run_id, actor=actor)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Answer questions in Slack: over Socket Mode, or, without any Slack token, in "
        "a local Slack in the browser.",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--http", action="store_true", help="serve signed HTTP requests instead")
    mode.add_argument("--local", action="store_true", help="use the local Slack even with tokens")
    mode.add_argument(
        "--terminal", action="store_true", help="use the local Slack in this terminal"
    )
    return parser


if __name__ == "__main__":
    leave(main())
