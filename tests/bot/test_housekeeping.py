import logging
import time
from pathlib import Path

import pytest

from bot.housekeeping import Housekeeping
from bot.record.journal import Journal
from knowledge.record.database import open_database
from tests.fakes import FakeClock


def test_a_purge_that_fails_is_logged_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    housekeeping = Housekeeping(Journal(database), retention_days=30, clock=FakeClock())

    with caplog.at_level(logging.WARNING):
        housekeeping.start()
        deadline = time.monotonic() + 5
        while "not purged" not in caplog.text and time.monotonic() < deadline:
            time.sleep(0.01)
        housekeeping.close()

    assert "trying again later" in caplog.text
    database.close()
