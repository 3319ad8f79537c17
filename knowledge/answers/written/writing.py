"""Lets a chat model write an answer, and keeps only what the passages support."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from knowledge.answers.binding import Binder
from knowledge.answers.composing import Pick
from knowledge.answers.replies import Replies
from knowledge.answers.written.declining import declines
from knowledge.answers.written.drafts import Draft, Ending
from knowledge.answers.written.prompting import TURNS, make_prompt
from knowledge.domain import ArticleId, Chunk, Question, SearchResult
from knowledge.errors import GenerationError
from knowledge.models.model_use import ModelUse
from knowledge.ports import ChatModel, GroundingModel
from knowledge.support.statements import NOTHING, Statement, read_statements
from knowledge.support.verifying import Verifier
from knowledge.text.language import stems_of

__all__ = ["Writer"]

logger = logging.getLogger(__name__)

PASSAGES = 8
CONNECTING = frozenset(
    """
    follow step point reason way thing part main key import two three four five six seven sever few
    differ exampl includ consid order short brief summari overal detail list factor basic mind look
    work answer question first next final second third final practic note rememb section
    """.split()  # noqa: SIM905 (a list of so many words is easier to read as text)
)
"""Stems of which a sentence is made that leads from one to the next and states nothing."""
CONNECTING_WORDS = 16


class Writer:
    """Writes answers with a chat model from passages, which are data to it and never orders."""

    def __init__(
        self,
        model: ChatModel,
        *,
        verifier: Verifier | None = None,
        grounding: GroundingModel | None = None,
        use: ModelUse | None = None,
        first_sentence_s: float = 0.0,
        dates: Callable[[Sequence[ArticleId]], Mapping[ArticleId, str]] = lambda _ids: {},
        token: Callable[[], str] = lambda: secrets.token_hex(12),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`token` makes the fence around the passages, which no text can foresee.

        Without a `verifier`, only what is nearly word for word in a passage is said; with a
        `grounding` model also what that finds entailed. `use` keeps count and holds the limits of a
        day. After `first_sentence_s` without a sentence the one who waits is told; 0 means never.
        `dates` says when articles were last changed.
        """
        self._model = model
        # A model of a test or a benchmark may have no name.
        self._name: str = getattr(model, "name", "")
        self._verifier = verifier
        self._grounding = grounding
        self._use = use
        self._first_sentence_s = first_sentence_s
        self._dates = dates
        self._token = token
        self._clock = clock
        self._replies = Replies()

    def write(
        self,
        question: str | Question,
        results: Sequence[SearchResult],
        *,
        release: Callable[[tuple[Pick, ...]], None] = lambda _picks: None,
        waiting: Callable[[], None] = lambda: None,
        quoted: Sequence[Pick] = (),
    ) -> Draft:
        """Return what is left of the model's answer, each sentence bound to what says it.

        `release` is called with the sentences so far whenever there is one more, while the model
        goes on, and `waiting` once when the first one is long in coming. `quoted` is what would be
        quoted without a model: a sentence that rests on it answers the question. Of a model that
        fails or is too slow, the draft holds what it wrote until then.
        """
        asked = Question(text=question) if isinstance(question, str) else question
        chunks = [result.chunk for result in results[:PASSAGES]]
        draft = _Drafting(
            binder=Binder(
                chunks,
                asked=" ".join([asked.text, *(turn.text for turn in asked.history[-TURNS:])]),
                verifier=self._verifier,
                grounding=self._grounding,
            ),
            about=frozenset(stems_of(" ".join([asked.text, *(chunk.frame for chunk in chunks)]))),
            release=release,
        )
        started = self._clock()
        ending: Ending = "whole"
        try:
            pieces = self._patient(self._reply(asked, chunks), draft, waiting)
            for statement in read_statements(pieces):
                draft.add(statement)
        except GenerationError as exc:
            logger.warning("the chat model did not finish: %s", exc)
            ending = exc.reason  # type: ignore[assignment]  # it is one of the endings
        draft.close()
        written = draft.as_draft(ending, model=self._name, quoted=quoted)
        self._note(written, self._clock() - started)
        return written

    def count(self, *, stood: bool, draft: Draft) -> None:
        """Note what became of a draft."""
        if self._use is not None:
            self._use.note(
                "stood" if stood else draft.fate,
                stated=draft.stated,
                verified=draft.verified,
                quoted=draft.quoted,
            )

    def _note(self, draft: Draft, spent_s: float) -> None:
        logger.info(
            "chat model: %s; %d of %d statements verified, %d quoted instead; %.1f s",
            draft.fate,
            draft.verified,
            draft.stated,
            draft.quoted,
            spent_s,
        )
        self.count(stood=draft.is_trustworthy, draft=draft)

    def _patient(
        self, pieces: Iterator[str], draft: "_Drafting", waiting: Callable[[], None]
    ) -> Iterator[str]:
        """Yield the pieces, and tell once when no sentence has been released for long."""
        until = self._clock() + self._first_sentence_s
        is_told = not self._first_sentence_s
        for piece in pieces:
            if not is_told and not draft.picks and self._clock() >= until:
                is_told = True
                waiting()
            if piece:
                draft.written += piece[: 200 - len(draft.written)]
                yield piece

    def _reply(self, asked: Question, chunks: Sequence[Chunk]) -> Iterator[str]:
        dates = self._dates([chunk.article_id for chunk in chunks])
        prompt = make_prompt(asked, chunks, dates=dates)
        key = (self._name, prompt.request)
        if (known := self._replies.get(key)) is not None:
            yield known
            return
        if self._use is not None and not self._use.take(asked.person):
            raise GenerationError("today's limit is reached", reason="limit")
        fence = self._token()
        whole = ""
        for piece in self._model.write(*prompt.fenced(fence)):
            whole += piece
            if prompt.is_repeated_in(whole, fence=fence):
                raise GenerationError("the reply repeats what was asked", reason="echoed")
            yield piece
        if whole.strip():
            # What came to nothing once may come to something the next time.
            self._replies.keep(key, whole)


@dataclass
class _Drafting:
    """A draft while it is being written."""

    binder: Binder
    about: frozenset[str]
    """Stems of what is asked and of the passages' titles and headings."""
    release: Callable[[tuple[Pick, ...]], None]
    picks: list[Pick] = field(default_factory=list)
    stated: int = 0
    verified: int = 0
    quoted: int = 0
    first_stands: bool | None = None
    is_declined: bool = False
    fates: list[str] = field(default_factory=list)
    written: str = ""
    """How the reply began."""
    _before: Pick | None = None
    _lead: Statement | None = None
    _lead_is_said: bool = False
    _connecting: str = ""

    def add(self, statement: Statement) -> None:
        """Take in one more statement of the model."""
        if declines(statement.text):
            self.is_declined = True
            return
        if self._is_connecting(statement):
            self._connecting = statement.text
            return
        if statement.announces:
            self._lead, self._lead_is_said = statement, False
            return
        if not statement.is_item and self._lead is not None:
            self._lead = None
        lead = self._lead.text.rstrip(":") + ":" if self._lead and statement.is_item else ""
        found = self.binder.bind(statement, before=self._before, lead=lead)
        new = [pick for pick in found if pick not in self.picks]
        if found and not new:
            # It is not shown again, so nothing after it can point back at it.
            self._before = None
            self.fates.append("repeated")
            return
        self.stated += 1
        if self.first_stands is None:
            self.first_stands = bool(new)
        self._before = new[-1] if new else None
        if not new:
            self.fates.append("dropped")
            return
        is_own = new[-1].text == statement.text and len(new) == 1
        self.fates.append("verified" if is_own else "quoted")
        self.verified += is_own
        self.quoted += not is_own
        self.picks += [*self._opening(new[0], lead), *new]
        self.release(tuple(self.picks))

    def close(self) -> None:
        """Forget what was to lead to something that did not come."""
        self._connecting = ""

    def as_draft(self, ending: Ending, *, model: str, quoted: Sequence[Pick]) -> Draft:
        """Return the draft; what states nothing at all is declined or empty."""
        if ending == "whole" and not self.stated:
            says_nothing = self.written.strip(" .*\"'`\n").upper() == NOTHING
            ending = "declined" if says_nothing or self.is_declined else "empty"
        return Draft(
            picks=tuple(self.picks),
            stated=self.stated,
            verified=self.verified,
            quoted=self.quoted,
            ending=ending,
            answers=not quoted or bool(self.first_stands) or self._rests_on(quoted),
            model=model,
            fates=tuple(self.fates),
        )

    def _rests_on(self, quoted: Sequence[Pick]) -> bool:
        """Whether a sentence rests on what would be said first without a model."""
        best = quoted[:2]
        return any(
            pick.chunk.chunk_id == other.chunk.chunk_id and set(pick.units) & set(other.units)
            for pick in self.picks
            for other in best
        )

    def _opening(self, first: Pick, lead: str) -> list[Pick]:
        """Return what leads to a pick and states nothing of its own, with the same source."""
        opening = [self._connecting] if self._connecting else []
        self._connecting = ""
        if lead and first.is_item and not self._lead_is_said:
            # What announces a list may name what is asked and what the list is of, and no more.
            held = {*stems_of(" ".join(unit.text for unit in first.units)), *CONNECTING}
            if set(stems_of(lead)) <= self.about | held:
                opening.append(lead)
                self._lead_is_said = True
        return [replace(first, text=text, is_item=False) for text in opening]

    def _is_connecting(self, statement: Statement) -> bool:
        """Whether a sentence leads from one to the next and states nothing."""
        if statement.is_item or len(statement.text.split()) > CONNECTING_WORDS:
            return False
        if any(char.isdigit() for char in statement.text) or not statement.text.endswith(
            (".", ":")
        ):
            return False
        stems = set(stems_of(statement.text))
        if statement.announces:
            return False
        return bool(stems & CONNECTING) and stems <= CONNECTING
