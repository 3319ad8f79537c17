"""Fits the model that reads a question and a passage together to labelled sentences.

`answering_sentences.jsonl` holds questions on sections of the bundled articles, and which
sentences, list items and table rows of the section answer them. For about a quarter none does,
though the question is on the section's very topic. Labels of a text that is no longer in its
section are left out. `answering_sentences_general.jsonl` holds the same for passages on other
subjects, and `answering_sentences_styles.jsonl` for passages as offices write them (handbooks,
policies, questions and answers, threads, minutes, sales pages, tables), so that articles of one's
own gain too; to those of `answering_sentences_near_misses.jsonl` half of the questions are near
misses. With `--public`, questions on privacy policies (PolicyQA) join them. To half of the
questions a passage on a like subject that does not answer is put as well, so that the log-odds of
several passages can be compared. One in five passages of other styles is kept aside, for measuring
and for fitting what goes by the log-odds. Low-rank changes of the published model's weights
(LoRA, Hu et al. 2021), and what turns its states into log-odds, are fitted by the binary
cross-entropy of all units.

    loss             the binary cross-entropy, on what was fitted to
    best sentence    share of the held-out questions with an answer for which the unit with the
                     highest log-odds is one that answers
    F1               of the units more likely than not, the best one in any case, mean over them
    AUROC            held-out questions with an answer against those without, by the best unit

Held-out figures are of whole articles that were not fitted to, so they need `--held-out`; the file
in use was fitted to all. A full run takes about half an hour on two cores, a short one about a
minute. The last bits differ from machine to machine. Repeat it from the repository's root with

    python -m training.fit_reader --out FILE --public ../shared/benchmarks
    python -m training.fit_reader --out FILE --held-out 6
    python -m training.fit_reader --out FILE --held-out 2 --questions 64    # a short run
"""

import math
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

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
from knowledge.answers.evidence.gate import EvidenceGate
from knowledge.evaluation.metrics import auroc, f1
from knowledge.models.bundled import BUNDLED_NAME, bundled_model
from knowledge.models.joint_reader import (
    Encoded,
    JointReader,
    Judgement,
    encode,
    hidden_states,
    judge,
)
from knowledge.models.loading import go_offline, loading_options
from knowledge.models.low_rank import read_changes
from training.low_rank import add_low_rank, as_saved
from training.reading_examples import (
    Example,
    beside_the_point,
    field_examples,
    general_examples,
    is_kept_aside,
    policy_examples,
    read_labels,
    style_examples,
)

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["fit", "main"]

EPOCHS = 2
POLICY_QUESTIONS = 800
BATCH = 16
RATE = 7e-4
RANK = 64
"""With 16, what was fitted to was told apart hardly better (AUROC 0.86) than what was kept aside
(0.85): there was no room to learn more."""
MIX_RATE = 20 * RATE
"""The two weights and the constant are larger numbers than those of a layer."""
MIX = (4.0, 8.0, -8.0)
"""Where they start: about one unit in five answers."""
WARM_UP = 0.05
DECAY = 0.01
UNFRAMED = 0.25
"""Share of the questions read without the title and heading, which not every passage has."""
SEED = 0
PROGRESS = 20


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    parser.add_argument("--start", type=Path, metavar="FILE", help="what was fitted before")
    parser.add_argument(
        "--known-share",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="share of the examples that --start was fitted to before (1)",
    )
    parser.add_argument("--rate", type=float, default=RATE, help=f"learning rate ({RATE})")
    parser.add_argument("--rank", type=positive, default=RANK, help=f"of the changes ({RANK})")
    parser.add_argument("--public", type=Path, metavar="DIR", help="a folder with policyqa/")
    parser.add_argument("--epochs", type=positive, default=EPOCHS, metavar="N", help="2")
    parser.add_argument("--held-out", type=int, default=0, metavar="N", help="articles (0)")
    parser.add_argument("--questions", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    if not options.out.parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    with fresh_knowledge(embedding_model=BUNDLED_NAME, gate=EvidenceGate.open()) as knowledge:
        ingest(knowledge, BUNDLED)
        chunks = [chunk for part in knowledge.catalog.active_chunks() for chunk in part]
        embedder = knowledge.embedder
        examples = [*field_examples(read_labels(), chunks), *general_examples()]
        articles = sorted({chunk.article_id for chunk in chunks})
        held_out = set(sample(articles, options.held_out))
        measured = [one for one in examples if one.passage in held_out]
        fitted_to = [one for one in examples if one.passage not in held_out]
        fitted_to = sample(fitted_to, round(options.known_share * len(fitted_to)))
        fitted_to += [one for one in style_examples() if not is_kept_aside(one)]
        if options.public:
            file = options.public / "policyqa" / "dev.jsonl"
            fitted_to += policy_examples(file, limit=POLICY_QUESTIONS)
        fitted_to, measured = (sample(part, options.questions) for part in (fitted_to, measured))
        fitted_to += beside_the_point(fitted_to, embedder)
    styles = sample([one for one in style_examples() if is_kept_aside(one)], options.questions)
    loss, fitted = fit(
        fitted_to,
        epochs=options.epochs,
        start=options.start,
        rate=options.rate,
        rank=options.rank,
    )
    save_file(fitted, options.out)
    reader = JointReader(bundled_model(), changes=options.out)
    figures = [Figure("loss", loss), *_measure(styles, reader, of="other styles: ")]
    if measured:
        figures += _measure(measured, reader)
    settings = {"fitted to": len(fitted_to), "held out": len(measured), "epochs": options.epochs}
    publish("fit_reader", figures, settings=settings, json_file=options.json)
    return 0


def fit(
    examples: Sequence[Example],
    *,
    epochs: int = EPOCHS,
    start: Path | None = None,
    rate: float = RATE,
    rank: int = RANK,
) -> tuple[float, dict[str, Tensor]]:
    """Return the loss of the last epoch, and what was fitted as a file holds it.

    `start` is such a file, of this rank or a lower one, from which the fit goes on.
    """
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
    go_offline()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), **loading_options("float32"))
    read = [_encoded(model, one, chance) for one in examples]
    changes = add_low_rank(model, rank=rank)
    size = model.get_embedding_dimension() or 0
    judgement = Judgement(
        mix=nn.Parameter(torch.tensor(MIX)), linear=nn.Parameter(torch.zeros(2 * size))
    )
    if start is not None:
        _take_up(read_changes(start), changes | judgement._asdict())
    optimiser = torch.optim.AdamW(
        [
            {"params": [*changes.values(), judgement.linear]},
            {"params": [judgement.mix], "lr": MIX_RATE * rate / RATE, "weight_decay": 0.0},
        ],
        lr=rate,
        weight_decay=DECAY,
    )
    fitted = [*changes.values(), *judgement]
    steps = epochs * math.ceil(len(examples) / BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / (WARM_UP * steps + 1)) * (1 - step / steps)
    )
    model.train()
    losses: list[float] = []
    for epoch in range(epochs):
        losses.clear()
        for batch in _batches(read, chance):
            states = _states(model, [read[place] for place in batch])
            odds = [
                judge(read[place], state, judgement)
                for place, state in zip(batch, states, strict=True)
            ]
            right = torch.tensor([answers for place in batch for answers in examples[place].right])
            loss = binary_cross_entropy_with_logits(torch.cat(odds), right.float())
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(fitted, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % PROGRESS == 0:
                mean = float(np.mean(losses))
                print(f"epoch {epoch}, batch {len(losses)}: loss {mean:.3f}", flush=True)
    saved = as_saved(changes)
    saved |= {name: value.detach() for name, value in judgement._asdict().items()}
    return float(np.mean(losses)), saved


def _take_up(saved: Mapping[str, Tensor], fitted: Mapping[str, Tensor]) -> None:
    with torch.no_grad():
        for name, value in fitted.items():
            known = saved[name]
            # What is new of a higher rank changes nothing yet: its `up` stays at nought.
            value[tuple(map(slice, known.shape))].copy_(known)


def _states(model: "SentenceTransformer", read: Sequence[Encoded]) -> list[Tensor]:
    is_fast = torch.cpu.get_capabilities().get("avx512_bf16", False)
    with torch.autocast("cpu", dtype=torch.bfloat16) if is_fast else nullcontext():
        return hidden_states(model, read)


def _encoded(model: "SentenceTransformer", one: Example, chance: random.Random) -> Encoded:
    frame = "" if chance.random() < UNFRAMED else one.frame
    return encode(model, one.question, frame=frame, units=one.units)


def _batches(read: Sequence[Encoded], chance: random.Random) -> list[list[int]]:
    """Return the places of all, shuffled; those of like length mostly share a batch."""
    order = list(range(len(read)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 8 * BATCH):
        alike = sorted(order[start : start + 8 * BATCH], key=lambda place: len(read[place].tokens))
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    chance.shuffle(batches)
    return batches


def _measure(examples: Sequence[Example], reader: JointReader, *, of: str = "") -> list[Figure]:
    read = [
        (one, np.array(reader.read_units(one.question, [(one.frame, one.units)])[0]))
        for one in examples
    ]
    answered = [(one, odds) for one, odds in read if any(one.right)]
    chosen = [{*np.flatnonzero(odds > 0).tolist(), int(odds.argmax())} for _, odds in answered]
    right = [set(np.flatnonzero(one.right).tolist()) for one, _ in answered]
    best = [one.right[int(odds.argmax())] for one, odds in answered]
    unanswered = [float(odds.max()) for one, odds in read if not any(one.right)]
    return [
        Figure(f"{of}best sentence", float(np.mean(best))),
        Figure(f"{of}F1", float(np.mean([f1(a, b) for a, b in zip(chosen, right, strict=True)]))),
        Figure(f"{of}AUROC", auroc([float(odds.max()) for _, odds in answered], unanswered)),
    ]


if __name__ == "__main__":
    sys.exit(main())
