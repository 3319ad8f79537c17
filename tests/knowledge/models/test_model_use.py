"""How much a chat model was used, and how much it may be."""

import datetime as dt
import json
from pathlib import Path

import pytest

from knowledge.models.model_use import ENOUGH, ModelUse, describe_use, read_use
from tests.fakes import FakeClock


def test_a_day_has_its_limits_which_outlast_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    file = tmp_path / "use.json"

    first = ModelUse(file, per_day=3, per_person=2, clock=clock)
    taken = [first.take("U1"), first.take("U1"), first.take("U1"), first.take("U2")]
    again = ModelUse(file, per_day=3, per_person=2, clock=clock)
    after = again.take("U3")
    clock.advance(days=1)

    assert taken == [True, True, False, True]
    assert not after
    assert again.take("U1")


def test_nobody_is_named_in_the_file(tmp_path: Path) -> None:
    use = ModelUse(tmp_path / "use.json", per_person=2)

    use.take("U0123456789")

    assert "U0123456789" not in (tmp_path / "use.json").read_text()


def test_counts_are_told_in_a_line(tmp_path: Path) -> None:
    use = ModelUse(tmp_path / "use.json", clock=FakeClock())
    use.take("")
    use.add_tokens(900, 80)
    use.note("stood", stated=6, verified=5, quoted=1)
    use.note("late", stated=0, verified=0, quoted=0)

    (day,) = read_use(tmp_path / "use.json").values()

    assert describe_use(day) == (
        "1 calls; 900 tokens read and 80 written; 1 of 2 answers stood; fell back: late 1; "
        "83% of 6 statements verified; 1 quoted instead"
    )


@pytest.mark.parametrize(("failed", "is_warned"), [(6, False), (7, True)])
def test_a_warning_is_logged_when_many_of_the_latest_answers_fall_back(
    failed: int, is_warned: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    use = ModelUse(tmp_path / "use.json")
    fates = ["stood"] * 10 * ENOUGH + ["late"] * failed + ["stood"] * (ENOUGH - failed)

    for fate in fates:
        use.note(fate, stated=1, verified=1, quoted=0)

    warned = f"{failed} of the latest 20 answers of the chat model fell back to quotations: late"
    assert (warned in caplog.text) == is_warned


def test_whoever_asks_for_the_counts_is_warned_too(tmp_path: Path) -> None:
    use = ModelUse(tmp_path / "use.json")
    for place in range(ENOUGH):
        use.note("stood" if place % 2 else "failed", stated=1, verified=1, quoted=0)

    (day,) = read_use(tmp_path / "use.json").values()

    assert describe_use(day).endswith("; more than 30% fell back, see the log")


@pytest.mark.parametrize("text", ["", "[]", '{"2026-01-01": 3}', "{"])
def test_a_file_that_cannot_be_read_counts_as_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "use.json").write_text(text)

    assert read_use(tmp_path / "use.json") == {}


def test_old_days_are_forgotten(tmp_path: Path) -> None:
    clock = FakeClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    use = ModelUse(tmp_path / "use.json", clock=clock)
    for _ in range(40):
        use.take("U1")
        clock.advance(days=1)

    assert len(json.loads((tmp_path / "use.json").read_text())) == 31
