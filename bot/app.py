"""Builds the bot: Bolt's app, its listeners and the threads behind them."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from slack_bolt import App
from slack_bolt.error import BoltError
from slack_sdk import WebClient

from bot.access.authorization import Policy
from bot.access.directory import Directory
from bot.access.identity import SlackAwayError, who_we_are
from bot.access.permission_gate import PermissionGate
from bot.administration import IngestRunner
from bot.calls import CALL_FAILURES
from bot.housekeeping import Housekeeping
from bot.listeners import register
from bot.overhearing.ears import Ears
from bot.record.journal import Journal
from bot.replying.administrators.digest import WeeklyDigest
from bot.replying.administrators.weekly import Weekly
from bot.replying.delivery import Delivery, create_client
from bot.replying.dialogs import Dialogs
from bot.replying.experts.desk import ExpertDesk
from bot.replying.experts.rounds import ExpertRounds
from bot.replying.limits import Limits
from bot.replying.overheard import Listening
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers
from bot.services import Services
from bot.settings import BotSettings
from knowledge.errors import RecordError

__all__ = ["Bot", "create_bot"]

logger = logging.getLogger(__name__)

LISTENER_THREADS = 16
CLOSE_TIMEOUT_S = 10.0
LISTENERS_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A Bolt app that is ready to be connected, and the threads that work for it."""

    app: App
    desk: QuestionDesk
    experts: ExpertDesk
    expert_rounds: ExpertRounds
    delivery: Delivery
    workers: Workers
    runner: IngestRunner
    housekeeping: Housekeeping
    weekly: Weekly
    executor: ThreadPoolExecutor
    journal: Journal
    _at_work: ExitStack = field(default_factory=ExitStack)

    def start(self) -> None:
        """Start to work, with what an earlier run or another process has left unanswered."""
        self._at_work.enter_context(self.journal.at_work())
        self.workers.start()
        self.expert_rounds.start()
        self.housekeeping.start()
        self.weekly.start()

    def close(self) -> None:
        """End in order, once Slack is disconnected; what was not begun is done after a start."""
        until = time.monotonic() + CLOSE_TIMEOUT_S
        # Listeners have acknowledged what they do, and their last words take one call.
        ending = threading.Thread(
            target=self.executor.shutdown, kwargs={"cancel_futures": True}, daemon=True
        )
        ending.start()
        ending.join(LISTENERS_TIMEOUT_S)
        self.workers.close(timeout_s=CLOSE_TIMEOUT_S)
        self.runner.close(timeout_s=max(until - time.monotonic(), 0.0))
        self.expert_rounds.close(timeout_s=max(until - time.monotonic(), 0.0))
        self.delivery.close()
        self.housekeeping.close()
        self.weekly.close()
        try:
            self._at_work.close()
        except RecordError as exc:
            logger.warning("other processes learn a little later that this one ends: %s", exc)


def create_bot(
    *, settings: BotSettings, services: Services, client: WebClient | None = None
) -> Bot:
    """Build the bot and check its token with Slack.

    Args:
        settings: Tokens and permissions.
        services: Everything behind the bot.
        client: Reaches another Slack, such as the local one, with its token; the default is
            made from the settings.

    Raises:
        ConfigError: Slack refuses the token.
        SlackAwayError: Slack does not answer, also when asked again.
    """
    for name in ("slack_bolt", "slack_sdk"):
        # At DEBUG they log whole payloads, and so what people asked.
        logging.getLogger(name).setLevel(logging.INFO)
    client = client or create_client(
        token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url
    )
    identity = who_we_are(client)
    directory = Directory(client)
    delivery = Delivery(client, bot_id=identity.bot_id)
    gate = PermissionGate(
        Policy(
            team_ids=identity.team_ids,
            admins=settings.admins,
            group_members=directory.group_members,
            experts=partial(directory.channel_members, settings.experts_channel)
            if settings.experts_channel
            else frozenset,
        ),
        directory=directory,
        audit=services.audit,
    )
    ears = Ears(channels=services.channels, journal=services.journal)
    desk = QuestionDesk(
        answerer=services.answerer,
        journal=services.journal,
        delivery=delivery,
        gate=gate,
        limits=Limits(
            inbox=services.journal,
            switches=services.journal.switches,
            per_person=settings.questions_per_minute,
            per_channel=settings.channel_questions_per_minute,
        ),
        clock=services.clock,
        can_escalate=bool(settings.experts_channel),
        listening=Listening(
            delivery=delivery, ears=ears, bot_user_id=identity.user_id, bot_id=identity.bot_id
        ),
    )
    experts = ExpertDesk(
        services.expert_questions, delivery=delivery, channel_id=settings.experts_channel
    )
    workers = Workers(desk.answer, fetch=desk.fetch)
    runner = IngestRunner(
        services.ingest, plan=services.plan, delivery=delivery, audit=services.audit
    )
    # Commands and buttons are acknowledged inside their listener, so no thread may be missing.
    executor = ThreadPoolExecutor(LISTENER_THREADS, thread_name_prefix="listeners")
    bolt_logger = logging.getLogger("slack_bolt")
    # Bolt reads the token from the environment, too, and says that it has no use for it.
    bolt_logger.addFilter(_is_no_news_of_the_token)
    try:
        app = App(
            client=client,
            signing_secret=settings.slack_signing_secret.get_secret_value() or None,
            # Else Bolt asks at the first event, which is lost to it when Slack is away then.
            token_verification_enabled=True,
            listener_executor=executor,
            # Without it Bolt gives each of its loggers the level of the root.
            logger=bolt_logger,
        )
    except (BoltError, *CALL_FAILURES) as exc:
        raise SlackAwayError(
            f"Slack does not answer at {client.base_url} ({type(exc).__name__})"
        ) from exc
    register(
        app,
        services=services,
        desk=desk,
        ears=ears,
        scopes=identity.scopes,
        workers=workers,
        delivery=delivery,
        dialogs=Dialogs(client),
        directory=directory,
        gate=gate,
        runner=runner,
        experts=experts,
        can_escalate=bool(settings.experts_channel),
        retention_days=settings.retention_days,
    )
    return Bot(
        app=app,
        desk=desk,
        experts=experts,
        expert_rounds=ExpertRounds(experts),
        delivery=delivery,
        workers=workers,
        runner=runner,
        housekeeping=Housekeeping(
            services.journal, retention_days=settings.retention_days, clock=services.clock
        ),
        weekly=Weekly(
            WeeklyDigest(
                services.digests,
                gaps=services.gaps,
                activity=services.activity,
                expert_questions=services.expert_questions,
                library=services.library,
                directory=directory,
                delivery=delivery,
                clock=services.clock,
            ),
            leases=services.journal.leases,
        ),
        executor=executor,
        journal=services.journal,
    )


def _is_no_news_of_the_token(record: logging.LogRecord) -> bool:
    return "`token` will be unused" not in record.getMessage()
