import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.local_slack.blocks.dates import shown_date
from bot.local_slack.blocks.mrkdwn import Span, parse_mrkdwn


def _span(text: str, *styles: str, url: str | None = None, mentions: str | None = None) -> Span:
    kinds: Any = frozenset(styles)
    return Span(text=text, styles=kinds, url=url, mentions=mentions)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        pytest.param("plain", [_span("plain")], id="plain"),
        pytest.param("a *b* c", [_span("a "), _span("b", "bold"), _span(" c")], id="bold"),
        pytest.param(
            "_i_ ~s~", [_span("i", "italic"), _span(" "), _span("s", "strike")], id="more"
        ),
        pytest.param("*_both_*", [_span("both", "bold", "italic")], id="nested"),
        pytest.param("`a*b*`", [_span("a*b*", "code")], id="nothing inside code"),
        pytest.param("2*3*4 snake_case_name", [_span("2*3*4 snake_case_name")], id="inside words"),
        pytest.param("* not bold *", [_span("* not bold *")], id="spaces"),
        pytest.param("a &lt;b&gt; &amp;amp;", [_span("a <b> &amp;")], id="entities once"),
        pytest.param(
            "<https://e.x/a_b_c|T &amp; C>", [_span("T & C", url="https://e.x/a_b_c")], id="link"
        ),
        pytest.param(
            "<https://e.x?a&amp;b>", [_span("https://e.x?a&b", url="https://e.x?a&b")], id="bare"
        ),
        pytest.param(
            "<@U1> <@U2>",
            [
                _span("@Ada", "bold", mentions="U1"),
                _span(" "),
                _span("@U2", "bold", mentions="U2"),
            ],
            id="users",
        ),
        pytest.param("<#C1|general>", [_span("#general", "bold", mentions="C1")], id="channel"),
        pytest.param("<!here>", [_span("@here", "bold")], id="special mention"),
    ],
)
def test_inline_markup_becomes_spans(text: str, spans: list[Span]) -> None:
    (line,) = parse_mrkdwn(text, {"U1": "Ada"})

    assert list(line.spans) == spans


def test_quotes_and_code_blocks_become_lines_of_their_kind() -> None:
    lines = parse_mrkdwn("before\n&gt; quoted\n```\n*a* &lt;\n  b\n```\nafter")

    assert [(line.kind, "".join(span.text for span in line.spans)) for line in lines] == [
        ("text", "before"),
        ("quote", "quoted"),
        ("code", "*a* <"),
        ("code", "  b"),
        ("text", "after"),
    ]


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("{date_short_pretty}, {time}", "Today, 00:30"),
        ("{date_num} {time_secs}", "2026-07-02 00:30:00"),
        ("on {date}", "On July 2, 2026"),
        ("{date_long}", "Thursday, July 2, 2026"),
    ],
)
def test_a_date_is_shown_in_the_time_zone_of_the_reader(form: str, shown: str) -> None:
    at = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)

    found = shown_date(
        int(at.timestamp()), form, now=at + dt.timedelta(hours=1), zone=ZoneInfo("Europe/Berlin")
    )

    assert found == shown


def test_yesterday_is_called_so() -> None:
    at = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)
    later = at + dt.timedelta(days=1)

    assert shown_date(int(at.timestamp()), "{date_pretty}", now=later, zone=dt.UTC) == "Yesterday"


@pytest.mark.parametrize("token", ["!date^12^{nonsense}|then", "!date^x^{time}|then"])
def test_what_is_no_date_shows_its_fallback(token: str) -> None:
    (line,) = parse_mrkdwn(f"<{token}>")

    assert [span.text for span in line.spans] == ["then"]


def test_a_date_is_no_mention_and_links_only_where_it_says_so() -> None:
    (line,) = parse_mrkdwn("<!date^1400000000^{date_num}|then> <!date^1^{time}^https://e.x|then>")

    date, _, linked = line.spans
    assert (date.text[:6], date.url, date.mentions) == ("2014-0", None, None)
    assert linked.url == "https://e.x"
