"""Several bots on one PostgreSQL and one Chroma server: each question is answered once."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack
from bot.record.journal import Journal
from knowledge.domain import Answer, Question
from knowledge.errors import DataDirectoryBusyError, IngestionBusyError
from knowledge.record.database import open_database
from tests.replicas import LEASE_S, Replicas
from tests.scenarios.world import MANIFEST
from tests.servers import run_chroma
from tests.workbench import open_workbench, write_article

PAYROLL = "Payroll outsourcing hands the payment of wages to a vendor."
CAPTIVE = "A captive centre is owned by the company that it serves."


@pytest.fixture
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


def _texts(answerer: object, question: str) -> str:
    reply = answerer.answer(Question(text=question))  # type: ignore[attr-defined]
    outcome = reply.outcome
    return " ".join(s.text for s in outcome.sentences) if isinstance(outcome, Answer) else ""


def test_what_one_process_ingests_another_answers_from_at_once(
    tmp_path: Path, chroma: str, new_postgresql_url: str
) -> None:
    write_article(tmp_path / "articles", "payroll", PAYROLL)
    servers = {"chroma_url": chroma, "database_url": new_postgresql_url}
    with (
        open_workbench(tmp_path / "one", **servers) as one,
        open_workbench(tmp_path / "two", **servers) as two,
    ):
        one.ingest(tmp_path / "articles")
        answerer = two.answerer()
        assert "wages" in _texts(answerer, "what is payroll outsourcing?")

        write_article(tmp_path / "articles", "captive", CAPTIVE)
        one.ingest(tmp_path / "articles")
        assert "owned by the company" in _texts(answerer, "what is a captive centre?")
        assert one.indexed_ids() == two.indexed_ids() != set()

        generation = one.ledger.active_generation()
        one.ingestion.rebuild()
        assert one.ledger.active_generation() != generation
        assert "owned by the company" in _texts(answerer, "what is a captive centre?")
        assert one.indexed_ids() == two.indexed_ids() != set()


def test_one_process_at_a_time_ingests_and_the_other_says_who(
    tmp_path: Path, chroma: str, new_postgresql_url: str
) -> None:
    write_article(tmp_path / "articles", "payroll", PAYROLL)
    servers = {"chroma_url": chroma, "database_url": new_postgresql_url}
    with (
        open_workbench(tmp_path / "one", **servers) as one,
        open_workbench(tmp_path / "two", **servers) as two,
    ):
        embed, has_begun, may_end = (
            one.embedder.embed_documents,
            threading.Event(),
            threading.Event(),
        )

        def slowly(texts: list[str]) -> object:
            has_begun.set()
            may_end.wait(30)
            return embed(texts)

        one.embedder.embed_documents = slowly  # type: ignore[method-assign, assignment]
        running = threading.Thread(target=one.ingest, args=(tmp_path / "articles",))
        running.start()
        assert has_begun.wait(30)
        with pytest.raises(IngestionBusyError, match="started by test") as caught:
            two.ingest(tmp_path / "articles")
        may_end.set()
        running.join(60)

        assert caught.value.actor == "test"
        assert two.ingest(tmp_path / "articles").unchanged == ("payroll",)


def test_an_index_in_a_data_directory_is_not_shared(
    tmp_path: Path, chroma: str, new_postgresql_url: str
) -> None:
    with (
        open_workbench(tmp_path / "one", chroma_url=chroma, database_url=new_postgresql_url),
        pytest.raises(DataDirectoryBusyError, match="KB_CHROMA_URL"),
        open_workbench(tmp_path / "two", database_url=new_postgresql_url),
    ):
        pytest.fail("both were opened")


def test_of_three_bots_one_is_killed_and_one_frozen_and_each_question_is_answered_once(
    tmp_path: Path, chroma: str, new_postgresql_url: str
) -> None:
    write_article(tmp_path / "articles", "payroll", PAYROLL)
    database = open_database(new_postgresql_url)
    journal = Journal(database)
    with (
        LocalSlack(
            manifest=json.loads(MANIFEST.read_text()), ack_timeout_s=30, retries=30
        ) as slack,
        open_workbench(
            tmp_path / "one", chroma_url=chroma, database_url=new_postgresql_url
        ) as workbench,
    ):
        workbench.ingest(tmp_path / "articles")
        replicas = Replicas(
            slack=slack,
            database_url=new_postgresql_url,
            chroma_url=chroma,
            folder=tmp_path / "two",
            pause_s=0.3,
        )
        try:
            replicas.start(3)
            slack._courier.carrier = replicas.carry
            asked = [slack.direct_message("member", f"what is payroll? {n}") for n in range(30)]
            _until(lambda: slack.transcript.replies(asked[0]), seconds=60)
            killed, frozen = replicas.bots[:2]
            replicas.kill(killed)
            replicas.freeze(frozen)
            _until(lambda: not journal.waiting(), seconds=60 + 5 * LEASE_S)
            replicas.wake(frozen)
            time.sleep(3)

            answered = {ts: len(slack.transcript.replies(ts)) for ts in asked}
            assert answered == dict.fromkeys(asked, 1)
            assert journal.waiting() == []
            assert {delivery.state for delivery in slack.deliveries} == {"acknowledged"}
        finally:
            replicas.close()
            database.close()


def _until(predicate: object, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not predicate():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.2)
