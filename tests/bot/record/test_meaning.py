"""Questions that ask for about the same, together."""

from collections.abc import Sequence

from bot.record.meaning import Meaning
from knowledge.errors import EmbedderError
from knowledge.models.embeddings import SentenceTransformerEmbedder
from knowledge.ports import Vectors
from tests.fakes import embed_stems

SAME = [
    ["Which payroll vendor should we take in Peru?", "what provider is best for payroll in Peru"],
    ["how do I reset my VPN password", "VPN password forgotten, what now?"],
    ["is there a template contract for RPA bots", "do we have a contract template for robots"],
    ["Are outsourcing fees tax deductible?", "can we deduct outsourcing costs from tax"],
    ["what does ZBB mean", "define ZBB", "ZBB?"],
    ["hourly rate of nearshore developers", "how much does a nearshore developer cost in 2026"],
    ["what does TUPE mean"],
    ["who is allowed to sign a statement of work"],
    ["parking near the office in Pune"],
    ["which holidays does the Cebu team have"],
]


def test_reworded_questions_come_together_and_others_stay_apart(
    embedder: SentenceTransformerEmbedder,
) -> None:
    # One of each kind first, so that those that belong together are far from each other.
    order = sorted((n, kind) for kind, texts in enumerate(SAME) for n in range(len(texts)))
    texts = [SAME[kind][n] for n, kind in order]

    groups = Meaning(embedder.embed_documents).group(texts)

    assert sorted(sorted(texts[n] for n in group) for group in groups) == sorted(
        sorted(texts) for texts in SAME
    )


def test_a_question_is_embedded_once_and_not_kept_longer_than_it_is_asked_for() -> None:
    embedded: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        embedded.extend(texts)
        return embed_stems(texts)

    meaning = Meaning(embed)
    for texts in (["red cars", "blue boats"], ["red cars", "blue boats"], ["red cars"]):
        meaning.group(texts)
    meaning.group(["red cars", "blue boats"])

    assert embedded == ["red cars", "blue boats", "blue boats"]


def test_without_a_model_words_decide() -> None:
    def embed(_: Sequence[str]) -> Vectors:
        raise EmbedderError("gone")

    found = Meaning(embed).group(["payroll in Peru", "Peru payroll?", "parking in Pune", "???"])

    assert found == [[0, 1], [2], [3]]


def test_nothing_has_no_groups() -> None:
    assert Meaning(embed_stems).group([]) == []
