"""Measures what the check of a chat model's sentences lets through.

The bundled articles are ingested; for each golden question the passages found are what a model
would be shown. A script in the model's place writes sentences of those passages as a good model
would, lightly rewritten, and false ones that keep as close to the passages as a bad model might.
Each sentence goes the whole way through `Writer`. Articles are halved by a hash of their slug: the
check was tuned on one half, the other one says what that is worth.

    false released   share of the false sentences that would reach a reader, goal 0
    true removed     share of the true sentences that are lost, goal <= 0.15

The rewriting is done by rules, so a real model's sentences differ: it changes more words, and then
more of its true sentences are removed. Repeat it from the repository's root with

    python -m benchmarks.model_path
    python -m benchmarks.model_path --queries 40 --show 20    # a short run that prints what failed
    python -m benchmarks.model_path --credulous    # the most that a grounding model can let through
"""

import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from benchmarks.harness import (
    GOLDEN,
    Figure,
    ingest_bundled,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    settings_for,
)
from benchmarks.public.public_data import sample
from knowledge.answers.written.writing import PASSAGES, Writer
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import Question, SearchResult
from knowledge.models.bundled import bundled_model
from knowledge.models.support_judge import SupportJudge
from knowledge.support.verifying import Verifier
from knowledge.text.language import stem, stems_of
from knowledge.text.passages import Unit, is_dangling, units

PER_QUESTION = 4
Rewrite = Callable[[str, random.Random], str]


class Script:
    """A model that writes what it is told to."""

    reply = ""

    def write(self, instructions: str, request: str) -> Iterator[str]:  # noqa: ARG002
        yield self.reply


class Credulous:
    """A grounding model that finds everything entailed."""

    def entailment(self, statement: str, passages: Sequence[str]) -> list[float]:  # noqa: ARG002
        return [1.0] * len(passages)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample of them (all)")
    parser.add_argument("--show", type=positive, metavar="N", help="print N wrong judgements")
    parser.add_argument(
        "--credulous", action="store_true", help="add a grounding model that believes everything"
    )
    options = parse(parser, arguments)
    rows = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    asked = [row["question"] for row in rows if row["expect"] == "answer" and not row["history"]]
    questions = sample(asked, options.queries)
    with scratch_folder() as folder:
        ingest_bundled(folder)
        with open_knowledge(settings_for(folder), exclusive=True) as knowledge:
            counts, wrong = _judge(knowledge, questions, Credulous() if options.credulous else None)
    for line in wrong[: options.show or 0]:
        print(line)
    publish(
        "model_path",
        _figures(counts),
        settings={"questions": len(questions), "credulous": options.credulous},
        json_file=options.json,
    )
    return 0


def _judge(
    knowledge: Knowledge, questions: Sequence[str], grounding: Credulous | None
) -> tuple[Counter[tuple[str, str, str]], list[str]]:
    """Count (half, kind, right or wrong), and list what was judged wrongly."""
    script = Script()
    verifier = Verifier(SupportJudge(bundled_model()))
    counts: Counter[tuple[str, str, str]] = Counter()
    wrong = []
    seen = set()
    for question in questions:
        results = _found(knowledge, question)[:PASSAGES]
        dice = random.Random(question)  # noqa: S311 (nothing secret)
        for number, (result, before, unit) in enumerate(_sources(results, dice)):
            frame = result.chunk.frame
            kinds = list((FALSE if number % 2 else TRUE).items())
            kind, statement = _rewrite(kinds, unit.text, dice, results, frame)
            if not statement or (kind, statement) in seen:
                continue
            seen.add((kind, statement))
            script.reply = f"{before} {statement} [{results.index(result) + 1}]".strip()
            # A writer remembers what was written to the same request.
            writer = Writer(script, verifier=verifier, grounding=grounding)
            draft = writer.write(question, results)
            # A true statement may be quoted instead; a false one must not be said.
            is_said = any(pick.text == statement for pick in draft.picks)
            is_kept = is_said if number % 2 else bool(draft.fates) and draft.fates[-1] != "dropped"
            is_right = is_kept != bool(number % 2)
            half = "tuned" if zlib.crc32(result.chunk.article_id.encode()) % 2 else "unseen"
            counts[half, f"{'false' if number % 2 else 'true'} {kind}", str(is_right)] += 1
            if not is_right:
                wrong.append(f"{half} {kind}\n  {unit.text}\n  {statement}")
    return counts, wrong


def _found(knowledge: Knowledge, question: str) -> tuple[SearchResult, ...]:
    trace = knowledge.answerer.answer(Question(text=question)).trace
    return tuple(result for part in trace for result in part.found.results)


def _sources(
    results: Sequence[SearchResult], dice: random.Random
) -> list[tuple[SearchResult, str, Unit]]:
    """Return sentences of the passages, each with the one that it points back at."""
    found = []
    for result in results:
        inside = units(result.chunk.text)
        for place, unit in enumerate(inside):
            if unit.kind == "sentence" and unit.text[-1] == "." and len(unit.text.split()) > 5:
                before = inside[place - 1] if place else None
                if not is_dangling(unit):
                    found.append((result, "", unit))
                elif before is not None and not is_dangling(before) and before.text[-1] == ".":
                    found.append((result, before.text, unit))
    dice.shuffle(found)
    return found[: 2 * PER_QUESTION]


def _rewrite(
    kinds: list[tuple[str, Rewrite]],
    text: str,
    dice: random.Random,
    results: Sequence[SearchResult],
    frame: str,
) -> tuple[str, str]:
    """Return the first rewriting, in an order of chance, that changes the sentence."""
    dice.shuffle(kinds)
    kinds.sort(key=lambda kind: kind[0] in COMMON)
    shown = " ".join(result.chunk.text for result in results)
    for kind, change in kinds:
        if kind == "splice":
            others = [unit.text for result in results for unit in units(result.chunk.text)]
            new = _splice(text, dice.choice(others))
        elif kind == "wrong topic":
            topics = [topic for topic in TOPICS if topic.lower() not in f"{frame} {text}".lower()]
            new = f"In {dice.choice(topics)}, {_inside(text)}"
        else:
            new = change(text, dice)
        if new and (kind == "word for word" or (new != text and new not in shown)):
            return kind, new[:1].upper() + new[1:]
    return "", ""


def _swap(pairs: Sequence[tuple[str, str]]) -> Rewrite:
    """Return a rewriting that puts one word of a pair for the other, once."""

    def change(text: str, dice: random.Random) -> str:
        both = [*pairs, *((new, old) for old, new in pairs)]
        dice.shuffle(both)
        for old, new in both:
            if re.search(rf"\b{old}\b", text):
                return re.sub(rf"\b{old}\b", new, text, count=1)
        return ""

    return change


def _replace(pattern: str, new: str) -> Rewrite:
    def change(text: str, _dice: random.Random) -> str:
        changed = re.sub(pattern, new, text, count=1)
        return changed if changed != text else ""

    return change


def _exchange(text: str, dice: random.Random, pattern: str) -> str:
    """Exchange two different words of a sentence."""
    words = sorted(set(re.findall(pattern, text)))
    dice.shuffle(words)
    one, *others = words or [""]
    other = next((word for word in others if _root(word) != _root(one)), "")
    if not other:
        return ""
    return re.sub(rf"\b(?:{one}|{other})\b", lambda found: other if found[0] == one else one, text)


def _root(word: str) -> str:
    """Return what two words share whose exchange changes nothing."""
    return stem(re.sub(r"^(?:vendor|supplier)", "provider", word.lower()))


def _other_number(text: str, dice: random.Random) -> str:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return ""
    one = dice.choice(found)
    return text[: one.start()] + str(int(one[0]) + dice.choice((1, 7, 10))) + text[one.end() :]


def _splice(text: str, other: str) -> str:
    """Join what one sentence speaks of to what another one says of something else."""
    verb = r"\b(?:is|are|was|were|has|have|can|may|must|should|means|covers|needs)\b"
    one, two = re.search(verb, text), re.search(verb, other)
    if not one or not two:
        return ""
    subjects = text[: one.start()].lower(), other[: two.start()].lower()
    # "A service credit" and "Service credits" are one subject.
    if len({frozenset(stems_of(subject)[-2:]) for subject in subjects}) < 2:
        return ""
    return text[: one.start()] + other[two.start() :]


def _clause_splice(text: str, _dice: random.Random) -> str:
    """Give what the first clause speaks of the second clause's predicate."""
    verb = r"(?:is|are|was|were|has|have|can|may|must|should|means|covers|needs|\w+s)"
    found = re.match(
        rf"((?:The |An? )?\w+)( {verb} .*?),? (?:and|but|while|whereas) (?:the |an? )?\w+"
        rf"( {verb} .*)",
        text,
    )
    return found[1] + found[3] if found else ""


def _add_name(text: str, dice: random.Random) -> str:
    name = dice.choice(
        ("at Accenture", "in Portugal", "by 37 percent", "under ISO 9999", "in 2014")
    )
    return f"{text[:-1]} {name}."


def _front(text: str, _dice: random.Random) -> str:
    found = re.match(
        r"([A-Z][^,;:]+?) ((?:in|for|by|under|from) (?:the )?[\w-]+(?: [\w-]+)?)\.$", text
    )
    if not found:
        return ""
    return f"{found[2]}, {_inside(found[1])}."


def _inside(text: str) -> str:
    """Return a sentence as it is written after an opening phrase."""
    return text if text[:2].isupper() else text[0].lower() + text[1:]


NOUNS = ("provider", "client", "contract", "service", "cost", "team", "agent", "price", "company")
TOPICS = ("KPO", "BPO", "India", "payroll", "insurance", "healthcare")
NUMBER_PAIRS = [(noun, f"{noun}s" if noun[-1] != "y" else "companies") for noun in NOUNS]
OPPOSITES = (
    ("higher", "lower"), ("more", "less"), ("client", "provider"), ("clients", "providers"),
    ("before", "after"), ("increase", "decrease"), ("rise", "fall"), ("cheaper", "dearer"),
    ("longer", "shorter"), ("first", "last"), ("always", "never"), ("all", "some"),
    ("with", "without"), ("must", "may"), ("usually", "never"), ("onshore", "offshore"),
    ("internal", "external"), ("employer", "employee"), ("buyer", "seller"), ("and", "or"),
)  # fmt: skip
CLAIMS = (
    "The Philippines is the largest voice outsourcing destination in the world.",
    "Most outsourcing contracts last between three and five years.",
    "Outsourcing reduces costs by thirty percent on average.",
    "KPO requires more skilled workers than BPO does.",
    "Agents in contact centres leave within a year on average.",
    "A good SLA contains penalties for missed targets.",
    "Companies outsource in order to concentrate on their core business.",
    "India has many graduates who speak English.",
    "Robotic process automation replaces manual work in back offices.",
    "ISO 27001 certification proves that a provider is secure.",
    "Governance is the most important factor in the success of outsourcing.",
    "Time zones make offshoring harder to manage.",
)
SYNONYMS = (
    ("because", "since"), ("usually", "typically"), ("needs", "requires"), ("often", "frequently"),
    ("firm", "company"), ("work", "tasks"), ("buys", "purchases"), ("helps", "supports"),
)  # fmt: skip
# Kinds that fit every sentence come last, so that they are not most of what is measured.
TRUE: dict[str, Rewrite] = {
    "word for word": lambda text, _dice: text,
    "synonym": _swap(SYNONYMS),
    "clause dropped": _replace(r"(?:;|, (?:which|and|while|so|but|because|with)\b)[^,;]*\.$", "."),
    "aside dropped": _replace(r" \([^)]*\)", ""),
    "opener dropped": _replace(r"^(?:However|For example|Moreover|In addition), ", ""),
    "opener added": lambda text, _dice: f"In short, {_inside(text)}",
    "phrase to the front": _front,
    "phrase to the end": _replace(
        r"^((?:In|For|Under|By|From) [\w ]{3,25}), ([^,;:]+)\.$", r"\2 \1."
    ),
    "number of a noun": _swap(NUMBER_PAIRS),
    "also": _replace(r"\b(is|are|can|may|should|has|have) ", r"\1 also "),
    "relative clause": _replace(r"\b(\w+s) that (\w+)\b", r"\1 which \2"),
    "adverb dropped": _replace(r"\b(?:therefore|then|thus|simply|itself) ", ""),
}  # fmt: skip
FALSE: dict[str, Rewrite] = {
    "number": _other_number,
    "names exchanged": lambda text, dice: _exchange(text, dice, r"\b[A-Z]{2,}\b"),
    "other name": _swap([("BPO", "KPO"), ("SLA", "KPI"), ("India", "Poland"), ("RPO", "LPO")]),
    "nouns exchanged": lambda text, dice: _exchange(text, dice, r"\b[a-z]{6,}s?\b"),
    "negated": _replace(r"\b(is|are|can|may|must|should|was|were|do|does) (?!not)", r"\1 not "),
    "negation dropped": _replace(r"\b(?:not|no|never) |n't\b|\bnon-", ""),
    "opposite": _swap(OPPOSITES),
    "hedge dropped": _replace(
        r"\b(?:usually|often|sometimes|some|many|most|may|can|only|at least) ", ""
    ),
    "condition dropped": _replace(
        r"^(?:If|When|Unless) [^,]+, |,? (?:if|unless|when|only) [^,]+(?=\.$)", ""
    ),
    "invented": _add_name,
    "splice": lambda text, _dice: text,
    "clauses spliced": _clause_splice,
    "wrong topic": lambda text, _dice: text,
    "general claim": lambda _text, dice: dice.choice(CLAIMS),
}  # fmt: skip


COMMON = ("word for word", "opener added")


def _figures(counts: Counter[tuple[str, str, str]]) -> list[Figure]:
    figures = []
    for half in ("tuned", "unseen"):
        for truth, name, goal in (("false", "released", 0.0), ("true", "removed", 0.15)):
            share, total = _share(counts, half, truth)
            figures.append(Figure(f"{truth} {name}, {half} half", share, at_most=goal))
            figures.append(Figure(f"{truth} sentences, {half} half", total, at_least=300))
    for kind in sorted({kind for _, kind, _ in counts}):
        share, total = _share(counts, "", kind)
        figures.append(Figure(f"wrong of {total} {kind}", share))
    return figures


def _share(counts: Counter[tuple[str, str, str]], half: str, kind: str) -> tuple[float, int]:
    """Return the share judged wrongly and the number of sentences."""
    chosen = {key: n for key, n in counts.items() if half in key[0] and key[1].startswith(kind)}
    total = sum(chosen.values())
    return sum(n for key, n in chosen.items() if key[2] == "False") / (total or 1), total


if __name__ == "__main__":
    raise SystemExit(main())
