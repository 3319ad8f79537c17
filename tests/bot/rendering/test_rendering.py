"""What every message keeps, whatever people and articles wrote."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.access.authorization import Reason
from bot.local_slack.blocks.rules import is_too_long, message_problems
from bot.record.activity import ActivityCounts
from bot.record.experts import ExpertQuestion
from bot.record.privacy import AskedQuestion
from bot.rendering import (
    AdminPage,
    HomePage,
    RenderedMessage,
    Running,
    Standing,
    Used,
    render_admin_help,
    render_busy,
    render_decline,
    render_definition,
    render_denied,
    render_expert_answer,
    render_expert_question,
    render_failure,
    render_help,
    render_ingest_report,
    render_notice,
    render_outcome,
    render_plainly,
    render_plan,
    render_private_outcome,
    render_progress,
    render_registered_sources,
    render_shared_outcome,
    render_status,
    render_waiting,
    render_work_started,
)
from knowledge.domain import (
    Answer,
    AnswerSentence,
    ArticleId,
    Chat,
    ChunkId,
    ClosestSection,
    CorpusStatus,
    DefineResult,
    FailedArticle,
    IngestProgress,
    IngestReport,
    Option,
    Outcome,
    Refusal,
    RefusalReason,
    Sense,
    Source,
)
from knowledge.models.model_use import ModelReport
from knowledge.record.ledger import RunRow
from knowledge.record.library import Freshness
from tests.fakes import START

NASTY = st.sampled_from(
    [
        "<!channel>",
        "<!here|here>",
        "<@U0MEMBER1>",
        "<#C0GENERAL>",
        "<!subteam^S1>",
        "<https://evil.example|safe>",
        "https://evil.example",
        "mail@evil.example",
        "@channel @here @everyone",
        "*bold*",
        "_it_ *",
        "`code` ~no~",
        "> quote",
        "\n>>> all",
        ":warning:",
        "&lt;!channel&gt;",
        "|",
        "&<>&<>&<>&<>&<>&<>",
        "/kb ingest",
        "\u202e",
    ]
)
TEXT = st.lists(NASTY | st.text(max_size=30), max_size=6).map(" ".join)
LONG = TEXT | st.tuples(TEXT.filter(bool), st.integers(1, 400)).map(lambda p: p[0] * p[1])
URL = st.sampled_from(
    [
        "",
        "https://a.example/x?a=1&b=2",
        "https://a.example/a|b>c<d",
        "javascript:alert(1)",
        "https://good.example@evil.example/",
        "https://a.example/" + "x" * 900,
        "https://a.example/" + "x" * 4000,
        "http://[broken",
        "https://a.example/x y",
    ]
)
SECTION = st.builds(
    ClosestSection, article_id=st.just(ArticleId("a")), title=LONG, heading=LONG, url=URL, gist=LONG
)
OPTIONS = st.lists(st.builds(Option, text=LONG, question=LONG), max_size=12).map(tuple)
SENTENCE = st.builds(
    AnswerSentence,
    text=LONG,
    citations=st.lists(st.integers(1, 12), min_size=1, max_size=12).map(tuple),
    style=st.sampled_from(["prose", "item"]),
    opens_paragraph=st.booleans(),
)


@st.composite
def _sources(draw: st.DrawFn) -> tuple[Source, ...]:
    return tuple(
        Source(
            n=n + 1,
            article_id=ArticleId("a"),
            title=draw(LONG),
            url=draw(URL),
            heading=draw(LONG),
            quote=draw(LONG),
            chunk_id=ChunkId("c"),
        )
        for n in range(draw(st.integers(0, 12)))
    )


OUTCOME: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(
        Answer,
        kind=st.just("answer"),
        sentences=st.lists(SENTENCE, max_size=25).map(tuple),
        sources=_sources(),
        closest=st.lists(SECTION, max_size=8).map(tuple),
        mode=st.sampled_from(["extractive", "model"]),
        note=LONG,
        options=OPTIONS,
    ),
    st.builds(
        Refusal,
        reason=st.sampled_from(RefusalReason),
        text=LONG,
        closest=st.lists(SECTION, max_size=8).map(tuple),
        options=OPTIONS,
    ),
    st.builds(Chat, text=LONG),
)
SENSE = st.builds(
    Sense, term=LONG, expansion=LONG, definition=LONG, context=LONG, in_domain=st.booleans()
)
DEFINITION = st.builds(
    DefineResult,
    kind=st.sampled_from(["definition", "senses", "suggestions", "unknown", "help"]),
    term=LONG,
    text=LONG,
    senses=st.lists(SENSE, max_size=6).map(tuple),
    sources=_sources(),
    suggestions=st.lists(TEXT, max_size=4).map(tuple),
    related=st.lists(LONG, max_size=8).map(tuple),
    not_to_confuse=LONG,
    example=LONG,
    note=LONG,
)
FAILED = st.builds(
    FailedArticle, location=LONG, reason=LONG, line=st.none() | st.integers(1, 9_999)
)
REPORT = st.builds(
    IngestReport,
    added=st.lists(TEXT, max_size=30).map(tuple),
    removed=st.lists(LONG, max_size=30).map(tuple),
    failed=st.lists(FAILED, max_size=30).map(tuple),
    warnings=st.lists(LONG, max_size=30).map(tuple),
)
STATUS = st.builds(
    CorpusStatus,
    articles=st.integers(0),
    chunks=st.integers(0),
    glossary_terms=st.integers(0),
    embedder=LONG,
    chat_model=LONG,
    index_embedder=TEXT,
    last_run=LONG,
)
FRESHNESS = st.builds(
    Freshness,
    articles=st.integers(0, 10**6),
    oldest=st.sampled_from(["", "2024-05-17"]),
    newest=st.sampled_from(["", "2024-05-17", "2026-11-23"]) | TEXT,
)
RUN = st.builds(
    RunRow,
    run_id=st.just(1),
    actor=TEXT,
    state=st.sampled_from(["running", "done", "partly", "failed", "interrupted"]),
    started_at=st.just(START),
    ended_at=st.none() | st.just(START),
    report=st.none() | st.builds(dict, added=st.lists(TEXT, max_size=3), failed=st.just([])),
)
PROGRESS = st.builds(
    IngestProgress,
    stage=st.sampled_from(["reading", "embedding", "finishing"]),
    done=st.integers(0, 10**6),
    total=st.integers(0, 10**6),
)
RUNNING = st.builds(Running, actor=st.just("U0MEMBER1") | TEXT, progress=st.none() | PROGRESS)
COUNT = st.integers(0, 10**9)
MODEL = st.builds(
    ModelReport,
    name=LONG,
    refusal=LONG,
    calls=COUNT,
    tokens_read=COUNT,
    tokens_written=COUNT,
    answers=COUNT,
    stood=COUNT,
)
STANDING = st.builds(
    Standing,
    status=STATUS,
    freshness=FRESHNESS,
    runs=st.lists(RUN, max_size=4).map(tuple),
    running=st.none() | RUNNING,
    model=st.none() | MODEL,
)
STRETCHES = st.lists(COUNT, min_size=15, max_size=15).map(tuple)
ACTIVITY = st.builds(
    ActivityCounts,
    begins=st.just(START - dt.timedelta(days=30)),
    ends=st.just(START),
    answered=STRETCHES,
    refused=STRETCHES,
    up=STRETCHES,
    down=STRETCHES,
)
ADMIN_PAGE = st.builds(AdminPage, standing=STANDING, activity=ACTIVITY, waiting=COUNT)
ASKED = st.builds(AskedQuestion, question=LONG, reply=LONG, asked_at=st.just(START))
HOME = st.builds(
    HomePage,
    freshness=FRESHNESS,
    terms=COUNT,
    last_questions=st.lists(ASKED, max_size=5).map(tuple),
    retention_days=st.integers(1, 10**4),
    notice=LONG,
    administration=st.none() | ADMIN_PAGE,
)
USED = st.builds(
    Used,
    asked=LONG,
    asked_by=st.just("U0MEMBER1") | TEXT,
    is_shared=st.booleans(),
    is_passed_on=st.booleans(),
    vote=st.sampled_from(["", "up", "down"]),
)
EXPERT_QUESTION = st.builds(
    ExpertQuestion,
    answer_id=st.just("a1"),
    question=LONG,
    asked_by=st.just("U0MEMBER1") | TEXT,
    channel_id=st.sampled_from(["", "C1", "D1"]),
    thread_ts=st.just("1.1"),
    place=st.just("C2:1.2"),
    state=st.sampled_from(["open", "taken", "sending", "answered", "declined"]),
    expert_id=st.just("U0MEMBER1") | TEXT,
    reply=LONG,
    asked_at=st.just(START),
)
MESSAGES: dict[str, st.SearchStrategy[RenderedMessage]] = {
    "outcome": st.builds(render_outcome, OUTCOME, answer_id=st.sampled_from(["", "a1"]), used=USED),
    "private outcome": st.builds(
        render_private_outcome,
        OUTCOME,
        question=LONG,
        answer_id=st.sampled_from(["", "a1"]),
        can_escalate=st.booleans(),
        used=USED,
    ),
    "shared outcome": st.builds(
        render_shared_outcome,
        OUTCOME,
        question=LONG,
        shared_by=st.just("U0MEMBER1") | TEXT,
        answer_id=st.just("a1"),
    ),
    "definition": st.builds(render_definition, DEFINITION),
    "report": st.builds(render_ingest_report, REPORT),
    "sources": st.builds(render_registered_sources, st.lists(LONG, max_size=60)),
    "status": st.builds(render_status, STANDING),
    "plan": st.builds(render_plan, REPORT),
    "notice": st.builds(render_notice, LONG),
    "expert question": st.builds(
        render_expert_question,
        EXPERT_QUESTION,
        permalink=st.just("") | st.just("https://local.slack.com/archives/C1/p1"),
    ),
    "expert answer": st.builds(render_expert_answer, EXPERT_QUESTION),
    "expert decline": st.builds(render_decline, EXPERT_QUESTION),
    "waiting": st.builds(render_waiting, st.lists(EXPERT_QUESTION, max_size=30)),
    "busy": st.builds(render_busy, TEXT),
}
FIXED = [
    render_admin_help(),
    render_help(),
    render_failure("0a1b2c3d"),
    render_work_started("ingest"),
    render_work_started("plan"),
    render_progress(IngestProgress(stage="reading", done=1, total=2)),
    *(render_denied(reason) for reason in Reason),
]

# What our own code may put between angle brackets: web links and the person who asked.
OWN_LINK = re.compile(r"<https?://[^<>|\s]+\|[^<>|]*>")
OWN_MENTION = re.compile(r"<@U0MEMBER1>")
OWN_DATE = re.compile(r"<!date\^\d+\^[^<>|]*\|[^<>|]*>")
OWN_QUOTE = re.compile(r"^> ", re.MULTILINE)
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")


def _texts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") in {"mrkdwn", "plain_text"}:
            yield value
        for item in value.values():
            yield from _texts(item)
    if isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _assert_harmless(text: str) -> None:
    rest = OWN_QUOTE.sub("", OWN_MENTION.sub("", OWN_LINK.sub("", OWN_DATE.sub("", text))))
    assert "<" not in rest
    assert ">" not in rest
    assert not ENTITY.search(rest)
    assert not re.search(r"@(channel|here|everyone)\b", rest, re.IGNORECASE)
    assert not re.search(r":[a-z]+:", rest, re.IGNORECASE)


def _assert_sendable(message: RenderedMessage) -> None:
    blocks = list(message.blocks)
    assert message_problems(blocks) == []
    assert not is_too_long(blocks)
    assert 0 < len(blocks) <= 50
    assert len(message.text) <= 3_000
    mrkdwn = [text for text in _texts(blocks) if text["type"] == "mrkdwn"]
    assert all(text["verbatim"] is True for text in mrkdwn)
    assert sum(len(text["text"]) for text in _texts(blocks)) <= 11_000


@pytest.mark.parametrize("kind", MESSAGES)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_text_of_others_can_ping_link_or_command_and_no_message_is_too_long(
    kind: str, data: st.DataObject
) -> None:
    message = data.draw(MESSAGES[kind])

    for sent in (message, render_plainly(message)):
        _assert_sendable(sent)
        _assert_harmless(sent.text)
        for text in _texts(sent.blocks):
            if text["type"] == "mrkdwn":
                _assert_harmless(text["text"])


@pytest.mark.parametrize("message", FIXED)
def test_our_own_messages_can_be_sent_and_stand_alone_as_text(message: RenderedMessage) -> None:
    _assert_sendable(message)
    assert message.text
