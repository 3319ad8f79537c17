"""Cross-encoders from this machine, with a tiny one that is made here and really loaded."""

import json
import math
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.assembly import open_knowledge
from knowledge.errors import ConfigError, CrossEncoderError
from knowledge.models.cross_encoders import (
    LocalCrossEncoder,
    create_judge,
    create_reranker,
)
from knowledge.settings import KnowledgeSettings
from tests.tiny_models import WINDOW, make_cross_encoder

RERANKER, JUDGE = "KB_RERANKER_MODEL", "KB_GROUNDING_MODEL"
NLI = ("contradiction", "entailment", "neutral")


def _edit_config(folder: str, **changes: object) -> None:
    path = Path(folder) / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_reranker_scores_each_passage_by_itself_in_order(tmp_path: Path) -> None:
    reranker = create_reranker(make_cross_encoder(tmp_path))
    passages = ["red boats", "agents are paid by the hour", "they charge"] * 5

    scores = reranker.score("are agents paid", passages)

    assert len(scores) == len(passages)
    assert len(set(scores)) > 1
    assert all(0 < score < 1 for score in scores)
    for passage, score in zip(passages, scores, strict=True):
        assert reranker.score("are agents paid", [passage]) == pytest.approx([score], abs=0.02)


def test_nothing_to_read_has_no_score_and_loads_nothing(tmp_path: Path) -> None:
    folder = make_cross_encoder(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"broken")

    assert create_reranker(folder).score("are agents paid", []) == []


def test_what_is_longer_than_the_window_is_cut_off(tmp_path: Path) -> None:
    reranker = create_reranker(make_cross_encoder(tmp_path))
    fitting = "boats " * WINDOW

    (long, longer) = reranker.score("red", [fitting, fitting + "agents are paid " * 500])

    assert long == pytest.approx(longer, abs=0.02)


@pytest.mark.parametrize(
    ("labels", "logits", "probability"),
    [
        pytest.param(NLI, (0.0, 5.0, 0.0), 0.987, id="entailment of three"),
        pytest.param(NLI, (5.0, 0.0, 0.0), 0.007, id="contradiction of three"),
        pytest.param(("entailment", "not_entailment"), (3.0, 0.0), 0.953, id="first of two"),
        pytest.param(("REFUTED", "SUPPORTED"), (3.0, 0.0), 0.047, id="second of two"),
        pytest.param(("LABEL_0",), (3.0,), 0.953, id="one output"),
    ],
)
def test_a_judge_gives_the_probability_of_the_label_for_entailment(
    labels: Sequence[str], logits: Sequence[float], probability: float, tmp_path: Path
) -> None:
    judge = create_judge(make_cross_encoder(tmp_path, labels=labels, logits=logits))

    judged = judge.entailment("agents are paid", ["they are paid by the hour", "red boats"])

    assert judged == pytest.approx([probability] * 2, abs=0.005)


def test_an_activation_that_a_model_brings_along_does_not_make_a_score_a_probability(
    tmp_path: Path,
) -> None:
    folder = make_cross_encoder(tmp_path, logits=(3.0,))
    _edit_config(
        folder, sentence_transformers={"activation_fn": "torch.nn.modules.linear.Identity"}
    )

    assert create_judge(folder).entailment("boats", ["red boats"]) == pytest.approx(
        [0.953], abs=0.005
    )


def test_a_judge_reads_the_passage_before_the_statement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs: list[tuple[str, str]] = []

    def note(_: object, given: Sequence[tuple[str, str]]) -> list[float]:
        pairs.extend(given)
        return [0.5] * len(given)

    monkeypatch.setattr(LocalCrossEncoder, "_probabilities", note)
    folder = make_cross_encoder(tmp_path)

    create_judge(folder).entailment("a statement", ["a passage"])
    create_reranker(folder).score("a question", ["a passage"])

    assert pairs == [("a passage", "a statement"), ("a question", "a passage")]


@pytest.mark.parametrize(
    ("labels", "create", "reason"),
    [
        (NLI, create_reranker, f"^{RERANKER}: .* has 3 outputs; a reranker has one$"),
        (("LABEL_0", "LABEL_1"), create_judge, f"^{JUDGE}: .* the outputs LABEL_0, LABEL_1;"),
        (("entailment", "supported"), create_judge, f"^{JUDGE}: .* entailment, supported;"),
        (("entailment", "b", "c", "d"), create_judge, f"^{JUDGE}: .* entailment, b, c, d;"),
    ],
    ids=["judge as reranker", "names that say nothing", "two for entailment", "four"],
)
def test_a_model_with_other_outputs_is_refused_at_the_start(
    labels: Sequence[str], create: object, reason: str, tmp_path: Path
) -> None:
    folder = make_cross_encoder(tmp_path, labels=labels)

    with pytest.raises(ConfigError, match=reason):
        create(folder)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        pytest.param("{", "cannot read config.json", id="broken"),
        pytest.param("[]", "cannot read config.json", id="no object"),
        pytest.param(
            '{"architectures": ["BertModel"]}', "is no cross-encoder, but BertModel", id="embedder"
        ),
        pytest.param("{}", "is no cross-encoder", id="of nothing"),
    ],
)
@pytest.mark.parametrize(
    ("create", "variable"), [(create_reranker, RERANKER), (create_judge, JUDGE)]
)
def test_a_folder_with_something_else_is_refused_at_the_start(
    config: str, reason: str, create: object, variable: str, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").touch()

    with pytest.raises(ConfigError, match=f"^{variable}: .*{reason}"):
        create(str(tmp_path))  # type: ignore[operator]


def test_weights_that_can_hold_code_are_not_read(tmp_path: Path) -> None:
    folder = make_cross_encoder(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")

    with pytest.raises(ConfigError, match=f"^{RERANKER}: .* has no safetensors weights$"):
        create_reranker(folder)


def test_a_model_that_cannot_be_loaded_is_named_and_not_tried_again(tmp_path: Path) -> None:
    folder = make_cross_encoder(tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(b"broken")
    reranker = create_reranker(folder)

    for _ in range(2):
        with pytest.raises(CrossEncoderError, match=f"^{RERANKER}: .* cannot be loaded: "):
            reranker.load()
        (tmp_path / "model.safetensors").write_bytes(whole)


def test_a_model_that_says_no_number_has_failed(tmp_path: Path) -> None:
    judge = create_judge(make_cross_encoder(tmp_path, labels=NLI, logits=(math.nan, 0.0, 0.0)))

    with pytest.raises(CrossEncoderError, match=f"^{JUDGE}: .* does not give the numbers"):
        judge.entailment("boats", ["red boats"])


def test_a_model_that_fails_is_named_without_the_texts(tmp_path: Path) -> None:
    judge = create_judge(make_cross_encoder(tmp_path))
    judge.load()

    with pytest.raises(CrossEncoderError, match=f"^{JUDGE}: .* failed: ") as caught:
        judge.entailment("secret", [None])  # type: ignore[list-item]

    assert "secret" not in str(caught.value)


def test_what_is_configured_is_opened_and_loaded_beside_the_start(tmp_path: Path) -> None:
    reranker = make_cross_encoder(tmp_path / "reranker")
    judge = make_cross_encoder(tmp_path / "judge", labels=NLI)
    settings = KnowledgeSettings(
        data_dir=tmp_path / "data", reranker_model=reranker, grounding_model=judge
    )
    (tmp_path / "judge" / "model.safetensors").write_bytes(b"broken")
    shutting_down = threading.Event()
    shutting_down.set()

    with open_knowledge(settings, exclusive=False) as knowledge:
        knowledge.warm(shutting_down)
        with pytest.raises(CrossEncoderError, match=f"^{JUDGE}: .* cannot be loaded"):
            knowledge.warm(threading.Event())
