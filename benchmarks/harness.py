"""What every benchmark needs: options, a knowledge base of its own, and a table of figures."""

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from pydantic_settings import BaseSettings, SettingsConfigDict

from benchmarks.public.public_data import Document
from ingest.pipeline import make_ingestion
from ingest.sources import BUNDLED, describe_source
from knowledge.answers.evidence.gate import EvidenceGate
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import IngestReport
from knowledge.models.embeddings import SentenceTransformerEmbedder
from knowledge.settings import KnowledgeSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = [
    "GOLDEN",
    "Figure",
    "fresh_knowledge",
    "ingest",
    "ingest_bundled",
    "model_of",
    "option_parser",
    "parse",
    "positive",
    "publish",
    "scratch_folder",
    "settings_for",
    "write_articles",
]

GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "evals" / "golden.jsonl"
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "benchmarks"


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="KB_BENCHMARK_", env_ignore_empty=True)

    data: Path = SHARED_DATA


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a benchmark's result."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def goal(self) -> str:
        """The goal in words; empty when there is none."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return f"<= {self.at_most:g}" if self.at_most is not None else ""

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without a goal."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.value <= self.at_most if self.at_most is not None else None


def option_parser(description: str | None) -> argparse.ArgumentParser:
    """Return a parser with the options that all benchmarks share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=_Settings().data, metavar="DIR", help="the public data sets"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--limit-min", type=positive, default=90, metavar="N", help="give up after so long (90)"
    )
    return parser


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options, and stop the program when it runs for too long."""
    options = parser.parse_args(arguments)

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(f"gave up after {options.limit_min} minutes; see --limit-min")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60 * options.limit_min)
    return options


def positive(text: str) -> int:
    """Return the number that an option has; argparse reports what is none."""
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kb-benchmark-") as folder:
        yield Path(folder)


def settings_for(data_dir: Path, *, embedding_model: str = "") -> KnowledgeSettings:
    """Return the settings of a fresh installation, whatever the environment says."""
    return KnowledgeSettings(
        data_dir=data_dir, database_url="", chroma_url="", embedding_model=embedding_model
    )


@contextmanager
def fresh_knowledge(
    *, embedding_model: str = "", gate: EvidenceGate | None = None
) -> Iterator[Knowledge]:
    """Yield an empty knowledge base in a temporary directory, its model loaded and warm.

    `gate` takes the place of the one that was fitted.
    """
    with scratch_folder() as folder:
        settings = settings_for(folder, embedding_model=embedding_model)
        with open_knowledge(settings, exclusive=True, gate=gate) as knowledge:
            # The first calls load the model and let torch choose its kernels.
            knowledge.embedder.embed_documents(["A sentence to warm up with."] * 64)
            yield knowledge


def model_of(knowledge: Knowledge) -> "SentenceTransformer":
    """Return the sentence-transformers model behind the embedder."""
    embedder = knowledge.embedder
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise TypeError(type(embedder))
    # The very same model object is the only fair yardstick for what is built around it.
    return embedder._loaded()  # noqa: SLF001


def write_articles(folder: Path, documents: Iterable[Document]) -> Path:
    """Write each document as a Markdown article and return the folder."""
    folder.mkdir(parents=True)
    for document in documents:
        # JSON strings are YAML strings.
        title = json.dumps(document.title, ensure_ascii=False)
        head = f'title: {title}\nslug: "{document.document_id}"'
        path = folder / f"{document.document_id}.md"
        path.write_text(f"---\n{head}\n---\n\n{document.text}\n", encoding="utf-8")
    return folder


def ingest(knowledge: Knowledge, source: str) -> IngestReport:
    """Run ingestion as the command line does; stop the program when an article fails."""
    ingestion = make_ingestion(knowledge)
    report = ingestion.run([describe_source(source)], actor="benchmark")
    if not report.is_complete:
        sys.exit(f"{len(report.failed)} articles failed, the first one: {report.failed[0]}")
    return report


def ingest_bundled(data_dir: Path) -> None:
    """Ingest the bundled articles into a data directory."""
    with open_knowledge(settings_for(data_dir), exclusive=True) as knowledge:
        ingest(knowledge, BUNDLED)


def publish(
    benchmark: str,
    figures: Sequence[Figure],
    *,
    settings: Mapping[str, object],
    json_file: Path | None,
) -> None:
    """Print the figures as a table, and write them as JSON when a file is given."""
    print(f"{benchmark}: {', '.join(f'{name} {value}' for name, value in settings.items())}\n")
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        goal = f"  goal {figure.goal}, {'met' if figure.is_met else 'missed'}"
        print(f"{figure.name:<{width}}  {figure.value:>10.3f}{goal if figure.goal else ''}")
    if json_file is None:
        return
    result = {
        "benchmark": benchmark,
        "settings": dict(settings),
        "machine": {
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "figures": [
            {
                "name": figure.name,
                "value": figure.value,
                "goal": figure.goal,
                "is_met": figure.is_met,
            }
            for figure in figures
        ],
    }
    json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
