import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from knowledge.answers.evidence.gate import LIMIT, SHIPPED_GATE, EvidenceGate, Signals, read_signals
from knowledge.domain import SearchResult
from knowledge.errors import ConfigError
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import understand
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import stem, stems_of
from tests.workbench import make_chunk

NAMES = [field.name for field in fields(Signals)]
TEXT = "In 2019 Genpact reported the attrition of its agents in Manila."


def _signals(**values: float) -> Signals:
    return Signals(**{**dict.fromkeys(NAMES, 0.0), **values})


def _gate(**weights: float) -> EvidenceGate:
    return EvidenceGate(
        weights=tuple(weights.get(name, 0.0) for name in NAMES),
        bias=-1.0,
        threshold=0.5,
        fingerprint="toy",
    )


def _read(
    question: str,
    text: str = TEXT,
    *,
    similarity: float = 0.7,
    unit_similarities: tuple[float, ...] = (),
    unit_readings: tuple[float, ...] = (),
    far_similarity: float = 0.2,
) -> Signals:
    lexicon = Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)
    known = dict.fromkeys((stem(term) for term in stems_of(f"{text} our contract cost")), 1)
    vocabulary = Vocabulary(known, 10)
    result = SearchResult(
        chunk=make_chunk(text=text),
        rank=1,
        score=1.0,
        similarity=similarity,
        unit_similarities=unit_similarities,
        unit_readings=unit_readings,
    )
    query = understand(question, lexicon=lexicon, vocabulary=vocabulary)
    return read_signals(query, [result], vocabulary, far_similarity=far_similarity)


def test_the_best_sentence_that_was_read_says_how_likely_an_answer_is() -> None:
    question = "what is attrition?"

    assert _read(question, unit_readings=(-2.0, 1.5, -5.0)).read == 1.5
    assert _read(question, unit_readings=(-2.0, 99.0)).read == LIMIT
    assert _read(question).read == 0.0


def test_the_sentence_that_most_likely_answers_says_how_near_a_question_is() -> None:
    signals = _read(
        "what is attrition?",
        unit_readings=(-2.0, 1.5),
        unit_similarities=(0.9, 0.5),
        far_similarity=0.2,
    )

    assert signals.sentence_nearness == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("similarity", "far_off"), [(0.7, 0.0), (0.45, 0.0), (0.325, 0.5), (0.2, 1.0), (0.0, 1.0)]
)
def test_how_near_a_question_comes_is_measured_by_far_ones(
    similarity: float, far_off: float
) -> None:
    signals = _read("attrition", similarity=similarity, far_similarity=0.2)

    assert signals.nearness == pytest.approx(similarity - 0.2)
    assert signals.far_off == pytest.approx(far_off)


def test_a_gate_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    gate = _gate(nearness=1.5, far_off=-0.25)

    gate.save(tmp_path / "gate.json")

    assert EvidenceGate.load(tmp_path / "gate.json") == gate


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(None, id="missing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"\xff\xfe\x00", id="bytes"),
        pytest.param(b'{"weights": {}}', id="no weights"),
        pytest.param(b'{"weights": null, "bias": 0}', id="null"),
    ],
)
def test_a_damaged_gate_is_named_with_what_to_do(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "gate.json"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=r"gate\.json.*calibrate"):
        EvidenceGate.load(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_gate_without_one_of_its_weights_is_damaged(name: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.json"
    saved = json.loads(SHIPPED_GATE.read_text())
    del saved["weights"][name]
    path.write_text(json.dumps(saved))

    with pytest.raises(ConfigError, match=name):
        EvidenceGate.load(path)


def test_more_of_what_speaks_for_an_answer_makes_it_likelier() -> None:
    gate = _gate(nearness=3.0, far_off=-3.0)

    for_it = [gate.probability(_signals(nearness=step / 10)) for step in range(11)]
    against_it = [gate.probability(_signals(far_off=step / 10)) for step in range(11)]

    assert for_it == sorted(for_it)
    assert against_it == sorted(against_it, reverse=True)
    assert all(0 < value < 1 for value in (*for_it, *against_it))


def test_the_threshold_itself_is_enough() -> None:
    gate = _gate(nearness=2.0)
    signals = _signals(nearness=0.5)

    assert gate.probability(signals) == 0.5
    assert gate.is_enough(signals)
    assert not replace(gate, threshold=0.51).is_enough(signals)


def test_the_gate_that_is_shipped_lets_good_evidence_through_and_nothing_without_any() -> None:
    gate = EvidenceGate.load(SHIPPED_GATE)
    good = _signals(nearness=0.4, sentence_nearness=0.4, read=2.0, read_widely=1.0)

    assert gate.is_enough(good)
    assert not gate.is_enough(_signals(far_off=1.0, read=-2.0, read_widely=-2.0))


def test_the_signals_of_nothing_found_speak_for_nothing() -> None:
    query = understand(
        "",
        lexicon=Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None),
        vocabulary=Vocabulary({}, 0),
    )

    signals = read_signals(query, [], Vocabulary({}, 0), far_similarity=0.0)

    assert signals == _signals(far_off=1.0)


@pytest.mark.parametrize(
    ("question", "name", "value"),
    [
        ("what was the attrition in 2019?", "missing_years", 0.0),
        ("what was the attrition in 2031?", "missing_years", 1.0),
        ("does Genpact report attrition?", "unknown_names", 0.0),
        ("does Zyqqor report attrition?", "unknown_names", 1.0),
        ("what does our contract cost?", "own_records", 1.0),
        ("what does a contract cost?", "own_records", 0.0),
        ("what margin do we make?", "own_records", 1.0),
        ("how should we quote a figure?", "own_records", 0.0),
        ("did they quote us for it?", "own_records", 1.0),
    ],
)
def test_a_question_gives_itself_away(question: str, name: str, value: float) -> None:
    assert getattr(_read(question), name) == value


def test_what_the_askers_own_records_hold_may_stand_in_what_speaks_for_their_organisation() -> None:
    question = "what does our contract cost?"

    general = _read(question, "A contract has its cost. It varies.", unit_readings=(1.0, 0.0))
    own = _read(question, "Our contract costs 5 euros. You sign it.", unit_readings=(1.0, 0.0))

    assert (general.own_records, own.own_records) == (1.0, 0.0)
