"""Reads a question and a whole passage together, and says which of its units answer it.

The bundled model, changed to read `[CLS] question [SEP] frame [SEP] unit [SEP] unit [SEP] ...` in
one go, gives each token a state that knows of all the others. What speaks for a unit is

- the cosine of the mean of its states and the mean of the question's,
- the mean over the question's tokens of the nearest state in the unit, which is the late
  interaction of ColBERT (Khattab and Zaharia 2020), and
- a linear layer on the unit's mean state, as it is and times the question's.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from knowledge.domain import Chunk
from knowledge.errors import EmbedderError, first_line
from knowledge.models.loading import go_offline, loading_options, number_format
from knowledge.models.low_rank import add_changes, read_changes
from knowledge.text.read_chunks import read_chunk

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

__all__ = [
    "JOINT_READING",
    "Encoded",
    "JointReader",
    "Judgement",
    "encode",
    "hidden_states",
    "judge",
]

JOINT_READING = Path(__file__).parent / "joint_reading.safetensors"
"""What `python -m training.fit_reader` learnt from labelled sentences."""

QUESTION_TOKENS, FRAME_TOKENS, TOKENS = 60, 40, 512
UNREAD = -20.0
"""Log-odds of a unit for which the model has no room."""


class Encoded(NamedTuple):
    """A question with a passage, as the model reads them."""

    tokens: list[int]
    question: tuple[int, int]
    """Place of the first of the question's tokens, and of the one behind the last."""
    units: list[tuple[int, int]]
    """The same for each unit; there are none of its tokens where the two are equal."""


class Judgement(NamedTuple):
    """What turns states into log-odds."""

    mix: "Tensor"
    """Weights of the two cosines, and a constant."""
    linear: "Tensor"


class JointReader:
    """Reads with the bundled model on this machine; loads it on first use.

    Safe to share between threads: one reads at a time.
    """

    def __init__(self, model: Path, *, changes: Path = JOINT_READING) -> None:
        """`model` is the folder of a BERT model, and `changes` what was fitted to it."""
        self._folder = model
        self._changes = changes
        self._model: SentenceTransformer | None = None
        self._judgement: Judgement | None = None
        self._busy = threading.Lock()

    def load(self) -> None:
        """Load the model, if it is not; raises `EmbedderError` when it cannot be."""
        with self._busy:
            self._loaded()

    def read(self, question: str, chunks: Sequence[Chunk]) -> list[tuple[float, ...]]:
        """Return for each chunk the log-odds that each of its units answers the question."""
        return self.read_units(
            question,
            [(chunk.frame, [unit.text for unit in read_chunk(chunk).units]) for chunk in chunks],
        )

    def read_units(
        self, question: str, passages: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[float, ...]]:
        """Return the same for passages that are given as a frame and the texts of the units."""
        if not passages:
            return []
        import torch  # noqa: PLC0415

        with self._busy, torch.inference_mode():
            model, judgement = self._loaded()
            read = [encode(model, question, frame=frame, units=texts) for frame, texts in passages]
            states = hidden_states(model, read)
            return [
                tuple(judge(one, state, judgement).tolist())
                for one, state in zip(read, states, strict=True)
            ]

    def _loaded(self) -> tuple["SentenceTransformer", Judgement]:
        if self._model is None or self._judgement is None:
            go_offline()
            # torch takes seconds to import; `/define` and `--help` must not wait for it.
            import torch  # noqa: PLC0415
            from sentence_transformers import SentenceTransformer  # noqa: PLC0415

            fitted = read_changes(self._changes)
            try:
                # A change can be smaller than what bfloat16 can add to a weight.
                model = SentenceTransformer(str(self._folder), **loading_options("float32"))
                self._judgement = Judgement(fitted.pop("mix"), fitted.pop("linear"))
            except (OSError, ValueError, RuntimeError, KeyError) as exc:
                raise EmbedderError(
                    f"cannot load the model that reads passages; reinstall the program: "
                    f"{first_line(exc)}"
                ) from exc
            add_changes(model[0], fitted, of=self._changes.name)
            self._model = model.to(getattr(torch, number_format(torch.cpu.get_capabilities())))
        return self._model, self._judgement


def encode(
    model: "SentenceTransformer", question: str, *, frame: str, units: Sequence[str]
) -> Encoded:
    """Return what the model reads; units for which there is no room have no tokens."""
    tokenizer: Any = model.tokenizer
    backend = tokenizer.backend_tokenizer
    backend.no_truncation()
    backend.no_padding()
    asked, framed, *parts = (
        encoding.ids
        for encoding in backend.encode_batch_fast(
            [question, frame.strip(), *units], add_special_tokens=False
        )
    )
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    tokens = [start, *asked[:QUESTION_TOKENS], end]
    spoken = (1, len(tokens) - 1)
    if framed:
        tokens += [*framed[:FRAME_TOKENS], end]
    places = []
    for part in parts:
        kept = part if len(tokens) + len(part) < TOKENS else []
        places.append((len(tokens), len(tokens) + len(kept)))
        if kept:
            tokens += [*kept, end]
    return Encoded(tokens, spoken, places)


def hidden_states(model: "SentenceTransformer", read: Sequence[Encoded]) -> "list[Tensor]":
    """Return a row for each token of each text."""
    import torch  # noqa: PLC0415

    longest = max(len(one.tokens) for one in read)
    tokens = torch.zeros(len(read), longest, dtype=torch.long)
    types, seen = torch.zeros_like(tokens), torch.zeros_like(tokens)
    for row, one in enumerate(read):
        tokens[row, : len(one.tokens)] = torch.tensor(one.tokens)
        types[row, one.question[1] + 1 : len(one.tokens)] = 1
        seen[row, : len(one.tokens)] = 1
    module: Any = model[0]
    states = module.auto_model(
        input_ids=tokens, token_type_ids=types, attention_mask=seen
    ).last_hidden_state.float()
    return [state[: len(one.tokens)] for one, state in zip(read, states, strict=True)]


def judge(read: Encoded, states: "Tensor", judgement: Judgement) -> "Tensor":
    """Return the log-odds of each unit, in order."""
    import torch  # noqa: PLC0415
    from torch.nn.functional import normalize  # noqa: PLC0415

    asked = states[slice(*read.question)]
    if not len(asked):
        # Of a bare link nothing is left to ask; the mean of nothing is no number.
        return states.new_full((len(read.units),), UNREAD)
    meant = normalize(asked.mean(0), dim=0)
    near = normalize(states, dim=1) @ normalize(asked, dim=1).T
    odds = []
    for start, end in read.units:
        if start == end:
            odds.append(states.new_tensor(UNREAD))
            continue
        mean = states[start : end + 1].mean(0)
        odds.append(
            judgement.mix[0] * (normalize(mean, dim=0) @ meant)
            + judgement.mix[1] * near[start:end].max(0).values.mean()
            + judgement.mix[2]
            + judgement.linear @ torch.cat([mean, mean * meant])
        )
    return torch.stack(odds) if odds else states.new_empty(0)
