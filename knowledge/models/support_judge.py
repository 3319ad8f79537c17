"""Reads a statement together with what it may rest on, and says whether that says it.

The bundled model, changed to read `[CLS] statement [SEP] frame [SEP] evidence [SEP] ...` in one go,
gives each token a state that knows of all the others. Two questions are answered, since whoever
sees that something is *not there* is blind to what is *contradicted*, as a changed figure, and the
other way round. What speaks for each of the two is

- for each token of the statement a linear layer on its state, as it is and times the state that it
  finds in the evidence; the strongest tokens count, since one wrong word makes a statement wrong,
- a linear layer on the state of `[CLS]`, and
- how near the nearest states of the evidence are, on average and for the worst token.

Tokens that stand on both sides are marked.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from knowledge.errors import EmbedderError, first_line
from knowledge.models.loading import go_offline, loading_options, number_format
from knowledge.models.low_rank import add_changes, read_changes

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

__all__ = [
    "FIRST",
    "HEAD",
    "SUPPORT_JUDGING",
    "Doubt",
    "Head",
    "Pair",
    "SupportJudge",
    "encode_pair",
    "pair_states",
    "weigh",
]

SUPPORT_JUDGING = Path(__file__).parent / "support_judge.safetensors"
"""What `python -m training.fit_judge` learnt from labelled statements."""

STATEMENT_TOKENS, FRAME_TOKENS, EVIDENCE_TOKENS, TOKENS = 64, 16, 90, 320
FIRST = 2
"""The first block that is changed; the marks are added to what it is given."""
SHARP = 12.0
"""How much nearer a state must be to count for more; a cosine is at most 1."""


class Doubt(NamedTuple):
    """Log-odds that something in a statement is not in what it rests on, or contradicts it."""

    absent: float
    contradicted: float


class Pair(NamedTuple):
    """A statement with its evidence, as the model reads them."""

    tokens: list[int]
    statement: tuple[int, int]
    """Place of the first of the statement's tokens, and of the one behind the last."""
    shared: list[bool]
    """Which tokens stand on both sides."""


class Head(NamedTuple):
    """What turns states into log-odds; each of its tensors has a row for each question."""

    mark: "Tensor"
    """What is added to a token that stands on both sides (first row), or does not."""
    token: "Tensor"
    whole: "Tensor"
    near: "Tensor"
    """Weights of the mean and the least nearness, and a constant."""


HEAD = tuple(Head._fields)


class SupportJudge:
    """Judges with the bundled model on this machine; loads it on first use.

    Safe to share between threads: one judges at a time.
    """

    def __init__(self, model: Path, *, changes: Path = SUPPORT_JUDGING) -> None:
        """`model` is the folder of a BERT model, and `changes` what was fitted to it."""
        self._folder = model
        self._changes = changes
        self._model: SentenceTransformer | None = None
        self._head: Head | None = None
        self._busy = threading.Lock()

    def load(self) -> None:
        """Load the model, if it is not; raises `EmbedderError` when it cannot be."""
        with self._busy:
            self._loaded()

    def judge(self, statements: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> list[Doubt]:
        """Return what speaks against each statement, given the frame and text of its evidence."""
        if not statements:
            return []
        import torch  # noqa: PLC0415

        with self._busy, torch.inference_mode():
            model, head = self._loaded()
            pairs = [encode_pair(model, text, evidence) for text, evidence in statements]
            states = pair_states(model, pairs, head)
            return [
                Doubt(*weigh(pair, state, head).tolist())
                for pair, state in zip(pairs, states, strict=True)
            ]

    def _loaded(self) -> tuple["SentenceTransformer", Head]:
        if self._model is None or self._head is None:
            go_offline()
            # torch takes seconds to import; `/define` and `--help` must not wait for it.
            import torch  # noqa: PLC0415
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415

            fitted = read_changes(self._changes)
            try:
                # A change can be smaller than what bfloat16 can add to a weight.
                model = SentenceTransformer(str(self._folder), **loading_options("float32"))
                self._head = Head(*(fitted.pop(name).float() for name in HEAD))
            except (OSError, ValueError, RuntimeError, KeyError) as exc:
                raise EmbedderError(
                    f"cannot load the model that judges statements; reinstall the program: "
                    f"{first_line(exc)}"
                ) from exc
            add_changes(model[0], fitted, of=self._changes.name)
            self._model = model.to(getattr(torch, number_format(torch.cpu.get_capabilities())))
        return self._model, self._head


def encode_pair(
    model: "SentenceTransformer", statement: str, evidence: Sequence[tuple[str, str]]
) -> Pair:
    """Return what the model reads; evidence for which there is no room is left out."""
    tokenizer: Any = model.tokenizer
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    texts = [statement, *(text for pair in evidence for text in pair)]
    said, *parts = (
        encoding.ids for encoding in backend.encode_batch_fast(texts, add_special_tokens=False)
    )
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    tokens = [start, *said[:STATEMENT_TOKENS], end]
    place = (1, len(tokens) - 1)
    framed: list[int] = []
    for frame, text in zip(parts[::2], parts[1::2], strict=True):
        # A frame is read once for the evidence that follows it.
        opening = [] if frame == framed else [*frame[:FRAME_TOKENS], end]
        piece = [*opening, *text[:EVIDENCE_TOKENS], end]
        if len(tokens) + len(piece) > TOKENS:
            break
        framed = frame
        tokens += piece
    left, right = set(tokens[slice(*place)]), set(tokens[place[1] + 1 :])
    both = (left & right) - {end}
    return Pair(tokens, place, [token in both for token in tokens])


def pair_states(model: "SentenceTransformer", pairs: Sequence[Pair], head: Head) -> "list[Tensor]":
    """Return a row for each token of each pair."""
    import torch  # noqa: PLC0415

    longest = max(len(pair.tokens) for pair in pairs)
    tokens = torch.zeros(len(pairs), longest, dtype=torch.long)
    types, seen, shared = (torch.zeros_like(tokens) for _ in range(3))
    for row, pair in enumerate(pairs):
        size = len(pair.tokens)
        tokens[row, :size] = torch.tensor(pair.tokens)
        types[row, pair.statement[1] + 1 : size] = 1
        seen[row, :size] = 1
        shared[row, :size] = torch.tensor(pair.shared, dtype=torch.long)
    module: Any = model[0]

    def add_marks(_block: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        before, *others = inputs
        return before + head.mark.to(before.dtype)[shared], *others

    marking = module.auto_model.encoder.layer[FIRST].register_forward_pre_hook(add_marks)
    try:
        states = module.auto_model(
            input_ids=tokens, token_type_ids=types, attention_mask=seen
        ).last_hidden_state.float()
    finally:
        marking.remove()
    return [state[: len(pair.tokens)] for pair, state in zip(pairs, states, strict=True)]


def weigh(pair: Pair, states: "Tensor", head: Head) -> "Tensor":
    """Return the two log-odds of a statement."""
    import torch  # noqa: PLC0415
    from torch.nn.functional import normalize  # noqa: PLC0415

    said, held = states[slice(*pair.statement)], states[pair.statement[1] + 1 :]
    if not len(said) or not len(held):
        return states.new_full((2,), 20.0)
    nearness = normalize(said, dim=1) @ normalize(held, dim=1).T
    found = torch.softmax(SHARP * nearness, dim=1) @ held
    tokens = torch.cat([said, said * found], dim=1) @ head.token.T
    best = nearness.max(1).values
    near = torch.stack([best.mean(), best.min(), best.new_tensor(1.0)])
    return torch.logsumexp(tokens, dim=0) + head.whole @ states[0] + head.near @ near
