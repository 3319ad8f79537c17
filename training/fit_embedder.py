"""Tunes the embedding model to the field, by the questions that the bundled articles list.

Low-rank changes of its weights (LoRA, Hu et al. 2021) are fitted: the conditional logit "which
section answers", over all sections, for every listed question. What speaks for a section are the
similarities in `knowledge/search/ranking.py`, under the weights in use there. A question is not
compared with itself; in half of the steps it is compared with no heading and no listed question, so
that sections without lists gain too. How far texts move from where the published model has them
counts against a change, so that texts of other fields stay about where they are.

    right section first  share of tuning golden questions for which the best section by these
                         similarities alone is of a right article and holds a fact asked for;
                         also without headings and listed questions
    loss                 what is made small, without how far texts moved
    moved                mean of 1 - cosine to the published vectors

The loss and the texts moved are of what was fitted to. The golden questions are not fitted to, but
the settings below were chosen by them. Figures of the tuned model are those of the file, read back
as the program reads it. A GPU is used when torch finds one: the fit in use took a minute and a half
on an H100. On a processor a full run takes hours (about 14 on one core) and 7 GiB of memory, the
short one about a minute. The last bits differ from machine to machine, and so does the file. Repeat
it from the repository's root with

    python -m training.fit_embedder --out knowledge/models/field_tuning.safetensors
    python -m training.fit_embedder --out FILE --sections 12 --steps 3    # a short run
"""

import math
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import normalize
from torch.utils.checkpoint import checkpoint

from benchmarks.harness import (
    Figure,
    fresh_knowledge,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
)
from benchmarks.public.public_data import sample
from ingest.sources import BUNDLED
from knowledge.domain import Chunk
from knowledge.evaluation.golden import Case
from knowledge.models.bundled import BUNDLED_NAME, bundled_model
from knowledge.models.loading import go_offline, loading_options
from knowledge.models.low_rank import add_changes, read_changes
from knowledge.questions.conversation import stand_alone
from knowledge.search.ranking import WEIGHTS
from knowledge.text.passages import units_in_context
from training.low_rank import add_low_rank, as_saved
from training.tuning import tuning_cases

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["Field", "load", "right_sections", "tune"]

STEPS = 120
RATE = 1e-3
WARM_UP = 10
"""Steps in which the rate of learning rises; after them it falls as a cosine does."""
HOLD = 5.0
"""What a mean distance of 1 from the published vectors would cost; tried: 1 to 30."""
UNLISTED = 0.5
"""Share of the steps without headings and listed questions."""
SEED = 0
BATCH_TOKENS = 8192
PROGRESS = 10


class Batch(NamedTuple):
    """Tokenised texts of like length, and where each belongs."""

    places: list[int]
    features: Mapping[str, Tensor]


class Vectors(NamedTuple):
    """A unit row for each text of the field."""

    sections: Tensor
    sentences: Tensor
    asked: Tensor

    def moved(self, before: "Vectors") -> Tensor:
        """Return the mean distance from other vectors, for sections, sentences and asked."""
        pairs = zip(self, before, strict=True)
        return torch.stack([(1 - (now * then).sum(1)).mean() for now, then in pairs])


class Field:
    """The sections, tokenised for a model, and which of them each listed question belongs to."""

    def __init__(self, chunks: Sequence[Chunk], model: "SentenceTransformer") -> None:
        """At least one chunk must list a question."""
        sentences = [units_in_context(chunk.text) for chunk in chunks]
        asked = [text for chunk in chunks for text in chunk.asked_as]
        listed = list(dict.fromkeys(text for chunk in chunks for text in chunk.questions))
        device = model.device
        self.texts = (
            _batches(model, [chunk.embedding_text for chunk in chunks]),
            _batches(model, [text for part in sentences for text in part]),
            _batches(model, asked),
        )
        self.sentence_of = _owners([len(part) for part in sentences]).to(device)
        self.asked_of = _owners([len(chunk.asked_as) for chunk in chunks]).to(device)
        self.listed = torch.tensor([asked.index(text) for text in listed], device=device)
        """Place of each listed question among all that sections are asked as."""
        self.own = torch.tensor([[one == text for one in asked] for text in listed], device=device)
        self.right = torch.tensor(
            [[text in chunk.questions for chunk in chunks] for text in listed], device=device
        )

    def embed(self, model: "SentenceTransformer") -> Vectors:
        """Return the vectors that the model gives the texts now."""
        return Vectors(*(_embed(model, batches) for batches in self.texts))

    def scores(self, questions: Tensor, vectors: Vectors, *, hidden: Tensor | None) -> Tensor:
        """Return a row for each question, a column for each section; the highest is the best.

        `hidden` says which question must not be compared with what of `asked`; None hides all.
        """
        scores = WEIGHTS.similarity * (questions @ vectors.sections.T)
        scores = scores + WEIGHTS.sentence * _nearest(
            questions @ vectors.sentences.T, self.sentence_of, scores
        )
        if hidden is None:
            return scores
        near = (questions @ vectors.asked.T).masked_fill(hidden, -1.0)
        return scores + WEIGHTS.asked * _nearest(near, self.asked_of, scores)

    def loss(self, vectors: Vectors, *, hidden: Tensor | None) -> Tensor:
        """Return how improbable it is that any right section is taken, mean of -log."""
        scores = self.scores(vectors.asked[self.listed], vectors, hidden=hidden)
        right = scores.masked_fill(~self.right, -math.inf)
        return (scores.logsumexp(1) - right.logsumexp(1)).mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Golden questions, and a row for each that says which sections are right."""

    questions: tuple[str, ...]
    right: Tensor


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    parser.add_argument("--steps", type=positive, default=STEPS, metavar="N", help=f"({STEPS})")
    parser.add_argument("--sections", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    if not options.out.parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    with fresh_knowledge(embedding_model=BUNDLED_NAME) as knowledge:
        ingest(knowledge, BUNDLED)
        chunks = [chunk for part in knowledge.catalog.active_chunks() for chunk in part]
        chunks = sample(chunks, options.sections)
        cases = [(case, right_sections(case, chunks)) for case in tuning_cases()]
        cases = [(case, right) for case, right in cases if any(right)]
        asked = Asked(
            questions=tuple(stand_alone(c.as_question(), knowledge.lexicon) for c, _ in cases),
            right=torch.tensor([right for _, right in cases], dtype=torch.bool),
        )
    model = load()
    field = Field(chunks, model)
    before, published = _measure(model, field, asked)
    save_file(tune(model, field, steps=options.steps), options.out)
    after, tuned = _measure(load(options.out), field, asked)
    figures = [
        Figure(f"{name}, {which}", measured[name])
        for name in before
        for which, measured in (("published", before), ("tuned", after))
    ]
    figures += [
        Figure(f"moved: {name}", value)
        for name, value in zip(Vectors._fields, tuned.moved(published).tolist(), strict=True)
    ]
    settings = {
        "sections": len(chunks),
        "listed questions": len(field.listed),
        "golden questions": len(cases),
        "steps": options.steps,
    }
    publish("fit_embedder", figures, settings=settings, json_file=options.json)
    return 0


def load(changes: Path | None = None) -> "SentenceTransformer":
    """Return the published model, with the changes in a file when one is named."""
    go_offline()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), **loading_options("float32"))
    if changes:
        add_changes(model[0], read_changes(changes), of=changes.name)
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def right_sections(case: Case, chunks: Sequence[Chunk]) -> list[bool]:
    """Return for each chunk whether it is of a right article and holds a fact asked for."""
    return [
        chunk.article_id in case.articles and len(case.missing(chunk.text)) < len(case.facts)
        for chunk in chunks
    ]


def tune(model: "SentenceTransformer", field: Field, *, steps: int) -> dict[str, Tensor]:
    """Fit changes of a model, which has them afterwards; return them as a file holds them."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
    with torch.no_grad():
        published = field.embed(model.eval())
    changes = add_low_rank(model)
    optimiser = torch.optim.Adam(changes.values(), lr=RATE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1, (step + 1) / WARM_UP) * (1 + math.cos(math.pi * step / steps)) / 2,
    )
    model.train()
    for step in range(steps):
        vectors = field.embed(model)
        loss = field.loss(vectors, hidden=None if chance.random() < UNLISTED else field.own)
        moved = vectors.moved(published).sum()
        optimiser.zero_grad()
        (loss + HOLD * moved).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(changes.values(), 1.0)
        optimiser.step()
        schedule.step()
        if step % PROGRESS == 0:
            print(f"step {step}: loss {loss.item():.3f}, moved {moved.item():.3f}", flush=True)
    return as_saved(changes)


@torch.no_grad()
def _measure(
    model: "SentenceTransformer", field: Field, asked: Asked
) -> tuple[dict[str, float], Vectors]:
    vectors = field.embed(model)
    questions = _embed(model, _batches(model, asked.questions))
    right = asked.right.to(model.device)
    nothing = torch.zeros(len(questions), len(vectors.asked), dtype=torch.bool, device=model.device)
    measured = {}
    for name, hidden in (("right section first", nothing), ("the same without lists", None)):
        best = field.scores(questions, vectors, hidden=hidden).argmax(1, keepdim=True)
        measured[name] = right.gather(1, best).float().mean().item()
    losses = [field.loss(vectors, hidden=hidden).item() for hidden in (field.own, None)]
    return measured | {"loss": sum(losses) / len(losses)}, vectors


def _owners(counts: Sequence[int]) -> Tensor:
    """Return the section's place for each of its texts."""
    return torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))


def _nearest(near: Tensor, owners: Tensor, like: Tensor) -> Tensor:
    """Return for each question and section the largest similarity to one of its texts."""
    lowest = torch.full_like(like, -1.0)
    return lowest.scatter_reduce(1, owners.expand(len(near), -1), near, "amax")


def _batches(model: "SentenceTransformer", texts: Sequence[str]) -> list[Batch]:
    """Return texts tokenised and cut off as the program does it, the longest ones first."""
    tokenizer: Any = model.tokenizer
    ids = tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)["input_ids"]
    order = sorted(range(len(texts)), key=lambda place: len(ids[place]), reverse=True)
    batches: list[Batch] = []
    while order:
        size = max(1, BATCH_TOKENS // len(ids[order[0]]))
        places, order = order[:size], order[size:]
        padded = tokenizer.pad({"input_ids": [ids[place] for place in places]}, return_tensors="pt")
        batches.append(Batch(places, dict(padded.to(model.device))))
    return batches


def _embed(model: "SentenceTransformer", batches: Sequence[Batch]) -> Tensor:
    """Return the unit vectors of all texts, in the order in which they were given."""
    # What the gradient needs of all texts at once does not fit into memory; it is made again.
    parts = [
        checkpoint(_embed_batch, model, features, use_reentrant=False) for _, features in batches
    ]
    places = torch.tensor([place for batch in batches for place in batch.places])
    return torch.cat(parts)[places.argsort().to(model.device)]


def _embed_batch(model: "SentenceTransformer", features: Mapping[str, Tensor]) -> Tensor:
    is_gpu = model.device.type == "cuda"
    with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=is_gpu):
        tokens = model[0](dict(features))["token_embeddings"]
    # The mean of the tokens has this direction.
    return normalize((tokens.float() * features["attention_mask"].unsqueeze(-1)).sum(1), dim=1)


if __name__ == "__main__":
    sys.exit(main())
