"""A whole bot against the local Slack, for stories."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from knowledge.models.embeddings import SentenceTransformerEmbedder
from tests.made_once import made_once
from tests.scenarios.real_world import RealCorpus, ingest_real_corpus
from tests.scenarios.world import Start, start_world


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts a bot; a second call starts another one on the same database."""
    with ExitStack() as stack:
        yield partial(start_world, stack, database_url=f"sqlite:///{tmp_path / 'r.sqlite3'}")


@pytest.fixture(scope="session")
def real_corpus(
    tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder
) -> RealCorpus:
    """Ingest the bundled articles, and the seed document where there is one, once."""
    made = made_once(
        tmp_path_factory, "real", lambda root: ingest_real_corpus(root, embedder=embedder)
    )
    return RealCorpus.made_in(made).copied_to(tmp_path_factory.mktemp("real-copy") / "data")
