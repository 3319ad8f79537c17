"""What ingestion, `/define` and calibration need opens without what answering needs."""

import json
from pathlib import Path

import pytest

import ingest.__main__
import knowledge.__main__
from knowledge.answers.evidence.gate import FITTED_GATE, SHIPPED_GATE, EvidenceGate
from knowledge.models.embeddings import SentenceTransformerEmbedder
from tests.workbench import write_article

OUTDATED = json.dumps(
    {"fingerprint": "old", "threshold": 0.5, "bias": 0.0, "weights": {"signal of the past": 1.0}}
)


@pytest.fixture
def data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: SentenceTransformerEmbedder
) -> Path:
    """Return a data directory with two articles; the model is loaded once for all."""
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("knowledge.assembly.create_embedder", lambda _: embedder)
    folder = tmp_path / "articles"
    write_article(folder, "payroll", "Payroll outsourcing hands the payment of wages to a vendor.")
    write_article(folder, "captive", "A captive centre is owned by the company that it serves.")
    assert ingest.__main__.main([str(folder)]) == 0
    return tmp_path / "data"


@pytest.mark.parametrize("content", [None, "", "no json", OUTDATED])
def test_a_gate_that_cannot_be_read_stops_answers_only(
    content: str | None,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shipped = tmp_path / "shipped.json"
    if content is not None:
        shipped.write_text(content)
    monkeypatch.setattr("knowledge.answers.evidence.gate.SHIPPED_GATE", shipped)

    assert ingest.__main__.main(["status"]) == 0
    assert knowledge.__main__.main(["define", "SLA"]) == 0
    assert knowledge.__main__.main(["search", "payroll"]) == 0
    assert knowledge.__main__.main(["ask", "what is payroll outsourcing?"]) == 2
    assert "calibrate" in capsys.readouterr().err


def _golden(path: Path) -> str:
    """Write questions of which each half has some that can be answered and some that cannot."""
    asked = [(f"what is payroll outsourcing, take {n}?", "answer") for n in range(8)]
    asked += [(f"how deep is the sea near island {n}?", "refusal") for n in range(8)]
    rows = [
        {"id": f"q{n}", "question": text, "kind": "how", "expect": expect}
        for n, (text, expect) in enumerate(asked)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_calibrating_mends_a_gate_and_leaves_the_installed_package_alone(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = SHIPPED_GATE.read_bytes()
    (data / FITTED_GATE).write_text(OUTDATED)

    assert knowledge.__main__.main(["calibrate", _golden(tmp_path / "golden.jsonl")]) == 0

    assert EvidenceGate.load(data / FITTED_GATE).weights
    assert knowledge.__main__.main(["ask", "what is payroll outsourcing?"]) == 0
    assert SHIPPED_GATE.read_bytes() == before


def test_calibrating_writes_where_it_is_told(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "other.json"

    golden = _golden(tmp_path / "golden.jsonl")
    assert knowledge.__main__.main(["calibrate", golden, "--out", str(out)]) == 0

    assert EvidenceGate.load(out).weights
    assert not (data / FITTED_GATE).exists()


def test_an_explained_answer_says_what_was_understood_found_judged_and_chosen(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert knowledge.__main__.main(["ask", "--explain", "what is payroll outsourcing?"]) == 0

    said = capsys.readouterr().out
    assert "understood: what is payroll outsourcing?" in said
    assert "1. 1.000 payroll > Part 1" in said
    assert "likely to be answered" in said
    assert "+ " in said
    assert "Payroll outsourcing hands the payment of wages to a vendor." in said
