import json
import logging
import sys

from bot.watching.logs import JsonLines


def test_each_record_is_one_line_of_json_with_its_trace() -> None:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        record = logging.LogRecord(
            "bot", logging.ERROR, "x.py", 1, "event %s\nfailed", ("Ev1",), sys.exc_info()
        )

    line = JsonLines().format(record)

    said = json.loads(line)
    assert "\n" not in line
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "bot", "event Ev1\nfailed")
    assert "ZeroDivisionError" in said["trace"]
