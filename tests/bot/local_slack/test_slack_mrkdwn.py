from typing import Any

import pytest

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
        pytest.param("<!date^1^{date}|May 1>", [_span("May 1", "bold")], id="date"),
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
