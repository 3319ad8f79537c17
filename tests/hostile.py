"""Values made of hostile text, every surface on which they are shown, and what may not come of it.

A value is made from the types of its class, so that a new field is hostile without being told so.
"""

import datetime as dt
import random
import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from slack_sdk.models.blocks import Block as SdkBlock

from bot.local_slack.blocks.rules import flat_blocks, is_too_long, message_problems, view_problems
from bot.record.experts import ExpertQuestion
from bot.record.gaps import Example
from bot.record.privacy import PersonalRecord
from bot.rendering import (
    Digest,
    GapList,
    HomePage,
    ReasonForm,
    RenderedMessage,
    Standing,
    Used,
    render_answer_form,
    render_busy,
    render_data,
    render_decline,
    render_definition,
    render_digest,
    render_expert_answer,
    render_expert_question,
    render_gaps,
    render_home,
    render_ingest_report,
    render_notice,
    render_outcome,
    render_page,
    render_plainly,
    render_plan,
    render_private_outcome,
    render_publications,
    render_question,
    render_reason_form,
    render_registered_sources,
    render_shared_outcome,
    render_status,
    render_term,
    render_terms,
    render_waiting,
)
from knowledge.domain import Answer, Chat, DefineResult, IngestReport, Refusal, SectionPage
from knowledge.record.history import Publication

__all__ = ["SURFACES", "Forge", "objections", "sent"]

T = TypeVar("T")
Json = dict[str, Any]

PERSON = "U0MEMBER1"
START = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)
NASTY = (
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<@U0VICTIM1>",
    "<#C0GENERAL>",
    "<!subteam^S1>",
    "<!date^1^{time}^https://evil.example|now>",
    "<https://evil.example|safe>",
    "<mailto:mail@evil.example|mail>",
    "[click](https://evil.example)",
    "[https://bank.example/login](https://evil.example)",
    "[www.bank.example](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "https://evil.example",
    "mail@evil.example",
    "@channel @here @everyone",
    "*bold*",
    "_it_ *",
    "`code` ~no~",
    "```fence",
    "> quote",
    "\n>>> all",
    "\n# heading\n- item\n\n| a | b |\n| - | - |\n| c | d |\n\n",
    ":warning:",
    "&lt;!channel&gt;",
    "&amp;lt;@U0VICTIM1&amp;gt;",
    "|",
    "&<>&<>&<>&<>&<>&<>",
    "/kb ingest",
    "/remind @channel now",
    "\u202egnitset\u202c",
    "\u2066x\u2069",
    "\x00\x07",
    "😀" * 5,
    "é̂̃" * 4,
    "漢字" * 9,
    "\u202e" * 3,
    "",
    " ",
    "\n\n\n",
)
URLS = (
    "",
    "https://a.example/x?a=1&b=2",
    "https://a.example/a|b>c<d",
    "javascript:alert(1)",
    "https://good.example@evil.example/",
    "https://a.example/" + "x" * 900,
    "https://a.example/" + "x" * 4_000,
    "http://[broken",
    "https://a.example/x y",
    "https://a.example/\n<!channel>",
)
LETTERS = "abc ABC012 .,;:!?-_*~`<>|&@#/\\\"'()[]{}\n\t"
PEOPLE = {"asked_by", "shared_by", "expert_id", "actor"}
DATES = {"updated", "published", "oldest", "newest"}


class Forge:
    """Makes values out of what somebody would write who wants to do harm."""

    def __init__(self, seed: int) -> None:
        """The same seed makes the same values."""
        self.dice = random.Random(seed)  # noqa: S311 (it has to be repeatable)

    def text(self) -> str:
        """Return a text, most often a short one, sometimes a very long one."""
        parts = [
            self.dice.choice(NASTY)
            if self.dice.random() < 0.6
            else "".join(self.dice.choices(LETTERS, k=self.dice.randint(0, 24)))
            for _ in range(self.dice.randint(0, 6))
        ]
        made = " ".join(parts)
        return made * self.dice.randint(20, 300) if self.dice.random() < 0.05 else made

    def make(self, kind: type[T], **fixed: Any) -> T:
        """Return a value of a frozen dataclass; `fixed` says what some fields are."""
        hints = get_type_hints(kind)
        made = {
            one.name: self._field(one.name, hints[one.name])
            for one in fields(kind)  # type: ignore[arg-type]
            if one.init
            and one.name not in fixed
            # What has a default is now and then left out.
            and (one.default is MISSING or self.dice.random() < 0.8)
        }
        return kind(**made, **fixed)

    def some(self, kind: type[T], *, at_most: int, **fixed: Any) -> tuple[T, ...]:
        """Return a few values of a kind."""
        return tuple(self.make(kind, **fixed) for _ in range(self.dice.randint(0, at_most)))

    def _field(self, name: str, kind: Any) -> Any:
        if name in PEOPLE:
            return self.dice.choice((PERSON, self.text()))
        if name == "url":
            return self.dice.choice(URLS)
        if name in DATES:
            return self.dice.choice(("", "2024-05-17", "2026-11-23", self.text()))
        if name == "examples":
            return (self.make(Example), *self.some(Example, at_most=2))
        if name in {"citations", "answer_ids"}:
            count = self.dice.randint(1, 9)
            return tuple(
                self.dice.randint(1, 12) if name == "citations" else f"{n:032}"
                for n in range(count)
            )
        if name in {"answered", "refused", "up", "down"} and kind is not int:
            return tuple(self.dice.randint(0, 10**6) for _ in range(15))
        return self._value(kind)

    def _value(self, kind: Any) -> Any:
        kind = getattr(kind, "__value__", kind)
        kind = getattr(kind, "__supertype__", kind)
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Literal:
            return self.dice.choice(arguments)
        if origin in {Union, types.UnionType}:
            return self._value(self.dice.choice(arguments))
        if origin is tuple:
            return tuple(self._value(arguments[0]) for _ in range(self.dice.randint(0, 12)))
        if origin in {dict, Mapping}:
            return {self.text(): self._value(arguments[-1]) for _ in range(3)}
        if is_dataclass(kind):
            return self.make(kind)
        simple: dict[Any, Callable[[], Any]] = {
            str: self.text,
            int: lambda: self.dice.choice((0, 1, 2, 7, 10**9)),
            float: self.dice.random,
            bool: lambda: self.dice.random() < 0.5,
            type(None): lambda: None,
            dt.datetime: lambda: START - dt.timedelta(days=self.dice.random() * 60),
            Any: self.text,
        }
        if kind in simple:
            return simple[kind]()
        return self.dice.choice(list(kind))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The entries of one's own data, which are mappings."""

    names: tuple[str, ...]

    def forge(self, by: Forge) -> tuple[Json, ...]:
        rows = ({name: by.text() for name in self.names} for _ in range(by.dice.randint(0, 9)))
        return tuple(
            row | {name: START.isoformat() for name in row if "_at" in name} for row in rows
        )


def _outcome(by: Forge) -> Any:
    return by.make(by.dice.choice((Answer, Answer, Refusal, Chat)))


def _record(by: Forge) -> PersonalRecord:
    return PersonalRecord(
        questions=_Rows(("created_at", "question", "text", "kind")).forge(by),
        votes=_Rows(("voted_at", "vote", "question")).forge(by),
        remarks=_Rows(("remarked_at", "reason", "words", "question")).forge(by),
        replies=_Rows(("asked_at", "question", "reply")).forge(by),
    )


def _link(by: Forge) -> str:
    return by.dice.choice(("", "https://local.slack.com/archives/C1/p1"))


Surface = Callable[[Forge], RenderedMessage | Json]
SURFACES: dict[str, Surface] = {
    "an answer": lambda by: render_outcome(
        _outcome(by), answer_id="a1", can_escalate=True, used=by.make(Used)
    ),
    "a private answer, also that of Explain": lambda by: render_private_outcome(
        _outcome(by),
        question=by.text(),
        answer_id=by.dice.choice(("", "a1")),
        can_escalate=True,
        used=by.make(Used),
    ),
    "a shared answer": lambda by: render_shared_outcome(
        _outcome(by), question=by.text(), shared_by=PERSON, answer_id="a1"
    ),
    "a definition": lambda by: render_definition(by.make(DefineResult)),
    "a term in a modal": lambda by: render_term(render_definition(by.make(DefineResult))),
    "the glossary": lambda by: render_terms([by.text() or "x" for _ in range(40)]),
    "a section to read": lambda by: render_page(
        by.make(SectionPage, number=2, total=3), quote=(by.text(), by.text())
    ),
    "a question that was asked": lambda by: render_question(by.text()),
    "a notice": lambda by: render_notice(by.text()),
    "the form of a vote": lambda by: render_reason_form(
        by.make(ReasonForm, response_url="https://hooks.example/x", answer_id="a1")
    ),
    "my data": lambda by: render_data(_record(by), start=by.dice.choice((0, 15))),
    "Home": lambda by: _home(by, by.make(HomePage, administration=None)),
    "Home of administrators": lambda by: _home(by, by.make(HomePage)),
    "status": lambda by: render_status(by.make(Standing)),
    "sources": lambda by: render_registered_sources(
        [by.text() for _ in range(by.dice.randint(0, 40))]
    ),
    "gaps": lambda by: render_gaps(by.make(GapList), notice=by.text()),
    "a digest": lambda by: render_digest(by.make(Digest)),
    "a report": lambda by: render_ingest_report(by.make(IngestReport)),
    "a plan": lambda by: render_plan(by.make(IngestReport)),
    "what can be taken back": lambda by: render_publications(by.some(Publication, at_most=20)),
    "somebody else ingests": lambda by: render_busy(by.text()),
    "a post to the experts": lambda by: render_expert_question(
        by.make(ExpertQuestion, answer_id="a1"), permalink=_link(by)
    ),
    "the form of an expert": lambda by: render_answer_form(by.make(ExpertQuestion, answer_id="a1")),
    "an expert's answer": lambda by: render_expert_answer(by.make(ExpertQuestion, answer_id="a1")),
    "an expert's no": lambda by: render_decline(by.make(ExpertQuestion, answer_id="a1")),
    "what waits for experts": lambda by: render_waiting(by.some(ExpertQuestion, at_most=30)),
}


def _home(_by: Forge, page: HomePage) -> Json:
    return {"type": "home", "blocks": render_home(page)}


def sent(rendered: RenderedMessage | Json) -> Iterator[RenderedMessage | Json]:
    """Yield what may reach Slack of it: a message also goes as plain text when it is refused."""
    yield rendered
    if isinstance(rendered, RenderedMessage):
        yield render_plainly(rendered)


OWN_LINK = re.compile(r"<(https?://[^<>|\s]+)\|[^<>|]*>")
OWN_MENTION = re.compile(rf"<@{PERSON}>")
OWN_DATE = re.compile(r"<!date\^\d+\^\{date_short_pretty\}, \{time\}\|[^<>|^]*>")
OWN_QUOTE = re.compile(r"^> ", re.MULTILINE)
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
LOUD = re.compile(r"@(channel|here|everyone)\b", re.IGNORECASE)
EMOJI = re.compile(r":[a-z]+:", re.IGNORECASE)
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069]")
QUIET_RUNS = {"text", "link", "user"}


def objections(rendered: RenderedMessage | Json) -> list[str]:
    """Return what Slack, its library or a reader would have against it; nothing if all is well."""
    if isinstance(rendered, RenderedMessage):
        blocks: Sequence[Json] = rendered.blocks
        found = message_problems(list(blocks))
        found += ["too long together"] if is_too_long(blocks) else []
        found += ["fallback too long"] if not 0 < len(rendered.text) <= 3_000 else []
        found += _harm(rendered.text)
    else:
        blocks = rendered["blocks"]
        found = view_problems(rendered)
        found += ["metadata too long"] if len(rendered.get("private_metadata", "")) > 3_000 else []
    return [*found, *_sdk_problems(blocks), *_active(list(blocks))]


def _sdk_problems(blocks: Sequence[Json]) -> list[str]:
    found = []
    for block in flat_blocks(list(blocks)):
        try:
            parsed = SdkBlock.parse(block)
            if parsed is None:
                found.append(f"unknown to slack_sdk: {block['type']}")
            else:
                parsed.to_dict()
        except Exception as exc:  # noqa: BLE001 (any refusal counts)
            found.append(f"slack_sdk refuses {block['type']}: {exc}")
    return found


def _active(value: Any) -> list[str]:
    """Return what in blocks, however deep, would do more than be read."""
    if isinstance(value, list | tuple):
        return [problem for item in value for problem in _active(item)]
    if not isinstance(value, dict):
        return []
    found = _text_problems(value) + _run_problems(value)
    if isinstance(value.get("url"), str):
        is_run = value.get("type") == "link"
        found += _spoof(value) if is_run else _bad_link(value["url"])
    return found + [problem for item in value.values() for problem in _active(item)]


def _text_problems(value: Json) -> list[str]:
    kind, text = value.get("type"), value.get("text")
    found = ["a block of Markdown"] if kind == "markdown" else []
    if kind == "mrkdwn":
        found += _harm(text or "") + ([] if value.get("verbatim") else ["not verbatim"])
    elif isinstance(text, str) and HIDDEN.search(text):
        found.append(f"text that runs backwards, {kind}: {text[:100]!r}")
    return found


def _run_problems(value: Json) -> list[str]:
    if not str(value.get("type")).startswith("rich_text_") or value["type"] == "rich_text_list":
        return []
    runs = value["elements"]
    found = [f"a run of {run['type']}" for run in runs if run["type"] not in QUIET_RUNS]
    return found + [
        "a mention" for run in runs if run["type"] == "user" and run["user_id"] != PERSON
    ]


def _spoof(run: Json) -> list[str]:
    """Return what is wrong with a link of rich text, which is one of an article itself."""
    url, label = run["url"], run.get("text", "")
    found = [] if re.fullmatch(r"https?://[^\s@]+", url) else [f"a link to {url[:100]!r}"]
    named = re.findall(r"://([\w.-]+)", label)
    is_other = any(host not in url for host in named)
    return found + ([f"{label[:100]!r} leads to {url[:100]!r}"] if is_other else [])


def _harm(text: str) -> list[str]:
    found = [problem for url in OWN_LINK.findall(text) for problem in _bad_link(url)]
    rest = OWN_QUOTE.sub("", OWN_MENTION.sub("", OWN_LINK.sub("", OWN_DATE.sub("", text))))
    checks: dict[str, bool] = {
        "a token": "<" in rest or ">" in rest,
        "an entity": ENTITY.search(rest) is not None,
        "everybody": LOUD.search(rest) is not None,
        "an emoji": EMOJI.search(rest) is not None,
        "text that runs backwards": HIDDEN.search(text) is not None,
    }
    return found + [f"{name} in {text[:200]!r}" for name, is_so in checks.items() if is_so]


def _bad_link(url: str) -> list[str]:
    is_ours = url.startswith(("https://a.example/", "https://local.slack.com/"))
    return [] if is_ours and not re.search(r"\s", url) else [f"a link to {url[:100]!r}"]
