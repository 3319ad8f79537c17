"""Fits the judge of support: is a statement said in the passages it is shown with?

`support_articles.jsonl` holds statements on passages of the bundled articles,
`support_general.jsonl` and `support_styles.jsonl` on passages about other subjects and in other
styles, each labelled supported, absent or contradicted. False twins that rules make of the
supported ones, and of the passages' own sentences, are added, and supported statements shown
without what supports them. LoRA (Hu et al. 2021) changes
the bundled model; `knowledge/models/support_judge.py` reads the result. Printed are

    AUROC            supported statements against all others, written by people and held out
    AUROC, KIND      the same against one kind of false twin
    kept at 0.05     share of the supported ones above what 0.05 of the false ones reach

Held-out figures are of passages that were not fitted to, so they need `--held-out`. A full run
takes about a quarter of an hour on one core. Repeat it from the repository's root with

    python -m training.fit_judge --out knowledge/models/support_judge.safetensors
    python -m training.fit_judge --out FILE --held-out 60
    python -m training.fit_judge --out FILE --held-out 10 --statements 64    # a short run
"""

import json
import math
import random
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, softplus

from benchmarks.harness import Figure, option_parser, parse, positive, publish
from benchmarks.public.public_data import sample
from knowledge.domain import ArticleId, Chunk, ChunkId
from knowledge.evaluation.metrics import auroc
from knowledge.models.bundled import bundled_model
from knowledge.models.loading import go_offline, loading_options
from knowledge.models.support_judge import (
    FIRST,
    HEAD,
    Doubt,
    Head,
    Pair,
    SupportJudge,
    encode_pair,
    pair_states,
    weigh,
)
from knowledge.support.evidence import Evidence, evidence_in, nearest
from training.false_twins import make_twin
from training.low_rank import add_low_rank, as_saved

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["Case", "Example", "fit", "main", "read_cases"]

FILES = tuple(
    Path(__file__).parent / f"support_{name}.jsonl" for name in ("articles", "general", "styles")
)
EVIDENCE = 3
"""Units that a statement is shown with."""
RANK = 32
EPOCHS = 4
BATCH = 16
RATE = 1e-3
HEAD_RATE = 3e-3
WARM_UP = 0.08
DECAY = 0.01
TWINS = 0.8
"""False twins by rule for each supported statement, new ones in each epoch."""
OWN = 1
"""Sentences of its own for each case, and as many false twins of them."""
ALONE = 0.2
"""Share of the supported statements shown once more without what supports them."""
BY_RULE = 0.5
"""What an example made by rule counts for beside a written one."""
SEED = 0
PROGRESS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    text: str
    label: str
    kind: str
    units: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Passages and the statements on them."""

    chunks: tuple[Chunk, ...]
    texts: tuple[tuple[str, ...], ...]
    """The units of each chunk as the label names them."""
    statements: tuple[Statement, ...]

    @property
    def evidence(self) -> list[Evidence]:
        return [one for chunk in self.chunks for one in evidence_in(chunk)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A statement with its evidence as the model reads it, and its label."""

    text: str
    evidence: tuple[tuple[str, str], ...]
    label: str
    kind: str
    weight: float = 1.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    parser.add_argument("--held-out", type=int, default=0, metavar="N", help="passages (0)")
    parser.add_argument("--statements", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    if not options.out.parent.is_dir():
        parser.error(f"--out: there is no folder {options.out.parent}")
    cases = read_cases()
    held_out = set(sample(range(len(cases)), options.held_out)) if options.held_out else set()
    dice = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
    fitted_to = [case for place, case in enumerate(cases) if place not in held_out]
    epochs = [
        sample(
            [one for case in fitted_to for one in [*written(case), *by_rule(case, dice)]],
            options.statements,
        )
        for _ in range(EPOCHS)
    ]
    measured = [one for place in sorted(held_out) for one in written(cases[place])]
    loss, fitted = fit(epochs)
    save_file(fitted, options.out)
    figures = [Figure("loss", loss)]
    if measured:
        figures += _measure(measured, SupportJudge(bundled_model(), changes=options.out))
    settings = {"fitted to": sum(map(len, epochs)), "held out": len(measured), "epochs": EPOCHS}
    publish("fit_judge", figures, settings=settings, json_file=options.json)
    return 0


def read_cases() -> list[Case]:
    """Return all labels, those on our articles first."""
    cases = []
    for file in FILES:
        with file.open(encoding="utf-8") as lines:
            cases += [_case(json.loads(line), f"{file.stem}-{n}") for n, line in enumerate(lines)]
    return cases


def written(case: Case) -> Iterator[Example]:
    """Yield the statements that people wrote."""
    for statement in case.statements:
        yield Example(
            text=statement.text,
            evidence=_shown(statement.text, case.evidence),
            label=statement.label,
            kind=statement.kind,
        )


def by_rule(case: Case, dice: random.Random) -> Iterator[Example]:
    """Yield examples made of a case: false twins, own sentences, and statements left alone."""
    own = [one for one in case.evidence if one.units[-1].kind == "sentence"]
    others = [text for part in case.texts for text in part]
    supported = [one for one in case.statements if one.label == "supported"]
    for statement in supported:
        for _ in range(int(TWINS) + (dice.random() < TWINS % 1)):
            if twin := make_twin(statement.text, others, dice):
                kind, label, text = twin
                yield _ruled(text, case.evidence, label=label, kind=kind)
        if dice.random() < ALONE:
            gone = {case.texts[p][u].lstrip("- ") for p, u in statement.units}
            rest = [one for one in case.evidence if not gone & {u.text for u in one.units}]
            if len(rest) > 1:
                yield _ruled(statement.text, rest, label="absent", kind="alone")
    dice.shuffle(own)
    for one in own[:OWN]:
        sentence = one.units[-1].text
        yield _ruled(_reworded(sentence, dice), case.evidence, label="supported", kind="own")
        if twin := make_twin(sentence, others, dice):
            kind, label, text = twin
            yield _ruled(text, case.evidence, label=label, kind=f"own {kind}")
    yield from _joined(case, own, dice)


def _joined(case: Case, own: Sequence[Evidence], dice: random.Random) -> Iterator[Example]:
    """Yield two sentences made one, and a list made a sentence."""
    others = [text for part in case.texts for text in part]
    if len(own) > 1 and dice.random() < 0.5:
        joined = f"{own[0].units[-1].text.rstrip('.')}, and {_lower(own[1].units[-1].text)}"
        yield _ruled(joined, case.evidence, label="supported", kind="joined")
    items = [one for one in case.evidence if one.units[-1].kind == "item" and len(one.units) == 2]
    if len(items) > 2:
        names = [one.units[-1].text.partition(":")[0].rstrip(".") for one in items[:4]]
        lead = items[0].units[0].text.rstrip(":")
        listed = f"{lead}: {', '.join(map(_lower, names[:-1]))} and {_lower(names[-1])}."
        yield _ruled(listed, case.evidence, label="supported", kind="list")
        if twin := make_twin(listed, others, dice, kinds=("listed", "replaced")):
            yield _ruled(twin[2], case.evidence, label="absent", kind="own listed")


def fit(epochs: Sequence[Sequence[Example]]) -> tuple[float, dict[str, Tensor]]:
    """Return the loss of the last epoch, and what was fitted as a file holds it."""
    # On a machine that others use too, a second thread waits more than it works.
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    chance = random.Random(SEED)  # noqa: S311 (nothing is kept secret by it)
    go_offline()
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(bundled_model()), **loading_options("float32"))
    changes = add_low_rank(model, first=FIRST, rank=RANK)
    head = _fresh_head(model.get_embedding_dimension() or 0)
    optimiser = torch.optim.AdamW(
        [
            {"params": list(changes.values())},
            {"params": list(head), "lr": HEAD_RATE, "weight_decay": 0.0},
        ],
        lr=RATE,
        weight_decay=DECAY,
    )
    fitted = [*changes.values(), *head]
    steps = sum(math.ceil(len(examples) / BATCH) for examples in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1, (step + 1) / (WARM_UP * steps + 1)) * (1 - step / steps)
    )
    # With so few examples each of them counts; leaving out states by chance costs time besides.
    model.eval()
    losses: list[float] = []
    started = time.monotonic()
    for epoch, examples in enumerate(epochs):
        losses.clear()
        pairs = [encode_pair(model, one.text, one.evidence) for one in examples]
        for batch in _batches(pairs, chance):
            states = _states(model, [pairs[place] for place in batch], head)
            odds = torch.stack(
                [
                    weigh(pairs[place], state, head)
                    for place, state in zip(batch, states, strict=True)
                ]
            )
            loss = _loss(odds, [examples[place] for place in batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(fitted, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            if len(losses) % PROGRESS == 0:
                mean, spent = float(np.mean(losses[-PROGRESS:])), time.monotonic() - started
                print(
                    f"epoch {epoch}, batch {len(losses)}: loss {mean:.3f}, {spent:.0f} s",
                    flush=True,
                )
    saved = as_saved(changes)
    saved |= {name: value.detach().half() for name, value in zip(HEAD, head, strict=True)}
    return float(np.mean(losses)), saved


def _loss(odds: Tensor, examples: Sequence[Example]) -> Tensor:
    """Return how far the log-odds are from the labels.

    Whether what is contradicted is also absent is nowhere labelled, so only the whole is asked
    there; what is absent is seldom contradicted, which counts for less.
    """
    absent, contradicted = odds[:, 0], odds[:, 1]
    fine = logsigmoid(-absent) + logsigmoid(-contradicted)
    whole = -torch.log(-torch.expm1(fine.clamp(max=-1e-6)))
    losses = []
    for place, one in enumerate(examples):
        match one.label:
            case "supported":
                part = -fine[place]
            case "absent":
                part = softplus(-absent[place]) + 0.3 * softplus(contradicted[place])
            case _:
                part = 0.5 * softplus(-contradicted[place]) + 0.5 * whole[place]
        losses.append(one.weight * part)
    return torch.stack(losses).mean()


def _fresh_head(size: int) -> Head:
    torch.manual_seed(SEED)
    return Head(
        mark=nn.Parameter(0.01 * torch.randn(2, size)),
        token=nn.Parameter(0.01 * torch.randn(2, 2 * size)),
        whole=nn.Parameter(torch.zeros(2, size)),
        near=nn.Parameter(torch.tensor([[-2.0, -2.0, -1.0], [0.0, 0.0, -3.5]])),
    )


def _states(model: "SentenceTransformer", pairs: Sequence[Pair], head: Head) -> list[Tensor]:
    is_fast = torch.cpu.get_capabilities().get("avx512_bf16", False)
    with torch.autocast("cpu", dtype=torch.bfloat16) if is_fast else nullcontext():
        return pair_states(model, pairs, head)


def _batches(pairs: Sequence[Pair], chance: random.Random) -> list[list[int]]:
    """Return the places of all, shuffled; those of like length mostly share a batch."""
    order = list(range(len(pairs)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), 8 * BATCH):
        alike = sorted(order[start : start + 8 * BATCH], key=lambda at: len(pairs[at].tokens))
        batches += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    chance.shuffle(batches)
    return batches


def _measure(examples: Sequence[Example], judge: SupportJudge) -> list[Figure]:
    scores = [score(judge.judge([(one.text, one.evidence)])[0]) for one in examples]
    true = [s for s, one in zip(scores, examples, strict=True) if one.label == "supported"]
    false = [s for s, one in zip(scores, examples, strict=True) if one.label != "supported"]
    bar = float(np.quantile(false, 0.95))
    figures = [
        Figure("AUROC", auroc(true, false)),
        Figure("kept at 0.05", float(np.mean([s > bar for s in true]))),
        Figure("bar", bar),
    ]
    for kind in sorted({one.kind for one in examples if one.label != "supported"}):
        part = [s for s, one in zip(scores, examples, strict=True) if one.kind == kind]
        figures.append(Figure(f"AUROC, {len(part)} {kind}", auroc(true, part)))
    for kind in sorted({one.kind for one in examples if one.label == "supported"}):
        part = [s for s, one in zip(scores, examples, strict=True) if one.kind == kind]
        figures.append(Figure(f"kept, {len(part)} {kind}", float(np.mean([s > bar for s in part]))))
    return figures


def score(doubt: Doubt) -> float:
    """Return the log-odds, about, that nothing speaks against a statement."""
    return -max(doubt)


def _case(row: dict[str, Any], name: str) -> Case:
    chunks = tuple(
        Chunk(
            chunk_id=ChunkId(f"{name}#{n}"),
            article_id=ArticleId(name),
            title=passage["title"].partition(" > ")[0],
            url="",
            heading=passage["title"].partition(" > ")[2],
            position=n,
            text=_text(passage["units"]),
        )
        for n, passage in enumerate(row["passages"])
    )
    return Case(
        chunks=chunks,
        texts=tuple(tuple(passage["units"]) for passage in row["passages"]),
        statements=tuple(
            Statement(
                text=one["text"],
                label=one["label"],
                kind=one["kind"],
                units=tuple((p, u) for p, u in one["units"]),
            )
            for one in row["statements"]
        ),
    )


def _text(units: Iterable[str]) -> str:
    """Return the units as a chunk holds them: items and rows in lines of their own."""
    text = ""
    for unit in units:
        is_line = unit.startswith(("- ", "| "))
        follows_line = text.rpartition("\n")[2].startswith(("- ", "| "))
        text += ("\n" if is_line or follows_line else " ") + unit if text else unit
    return text


def _shown(text: str, evidence: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    return as_read([one for one, _ in nearest(text, evidence, limit=EVIDENCE)])


def as_read(evidence: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    """Return the frame and text of each, in the order of the text within each chunk."""
    order = {id(one.chunk): n for n, one in reversed(list(enumerate(evidence)))}
    ordered = sorted(evidence, key=lambda one: (order[id(one.chunk)], one.units[-1].start))
    return tuple((one.chunk.heading or one.chunk.title, one.text) for one in ordered)


def _ruled(text: str, evidence: Sequence[Evidence], *, label: str, kind: str) -> Example:
    shown = _shown(text, evidence)
    return Example(text=text, evidence=shown, label=label, kind=kind, weight=BY_RULE)


def _reworded(text: str, dice: random.Random) -> str:
    """Return a sentence as it is, or with what changes nothing."""
    opener = dice.choice(("", "", "In short, ", "In practice, ", "Yes, ", "Note that "))
    return opener + _lower(text) if opener else text


def _lower(text: str) -> str:
    return text if re.match(r"[A-Z]{2}|I\b", text) else text[:1].lower() + text[1:]


if __name__ == "__main__":
    sys.exit(main())
