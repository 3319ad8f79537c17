import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.elements.mrkdwn import bold, cut, escape, is_honest, italic, link, mention, quote


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("R&D <now>", "R&amp;D &lt;now&gt;"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("@channel @Here me@channels.example", "\uff20channel \uff20Here me@channels.example"),
        ("2*3 ~x~ `y`", "2\u22173 \u223cx\u223c \u02cby\u02cb"),
        ("snake_case _it_", "snake_case \u02cdit\u02cd"),
        ("> said\n>>> all", "\u203a said\n\u203a all"),
        ("10:00:00 :tada: a.md:3: b", "10:00:00 \ua789tada: a.md:3: b"),
        (":100: :+1: :t-rex_2:", "\ua789100: \ua789+1: \ua789t-rex_2:"),
        ("a\x00b\u202ec", "abc"),
    ],
    ids=repr,
)
def test_escaped_text_is_shown_and_does_nothing_else(text: str, shown: str) -> None:
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("url", "label", "shown"),
    [
        ("https://a.example/x", "Title", "<https://a.example/x|Title>"),
        ("https://a.example/?a=1&b=2", "T", "<https://a.example/?a=1&amp;b=2|T>"),
        ("https://a.example/a|b>c", "T", "<https://a.example/a%7Cb%3Ec|T>"),
        ("https://a.example", "a|b <x>", "<https://a.example|a¦b &lt;x&gt;>"),
        ("https://a.example", " ", "<https://a.example|source>"),
        ("", "Title", "Title"),
        ("javascript:alert(1)", "Title", "Title"),
        ("file:///etc/passwd", "Title", "Title"),
        ("https://bank.example@evil.example", "Title", "Title"),
        ("https://a.example/a b", "Title", "Title"),
        ("https://a.example/\n", "Title", "Title"),
        ("http://[broken", "Title", "Title"),
        ("https://", "Title", "Title"),
        ("https://a.example/" + "x" * 1_000, "Title", "Title"),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, label: str, shown: str) -> None:
    assert link(url, label) == shown


@pytest.mark.parametrize(
    ("text", "max_chars", "shown"),
    [
        ("short", 10, "short"),
        ("cut at a word", 10, "cut at a…"),
        ("one, two", 6, "one…"),
        ("unbreakable", 5, "unbr…"),
        ("anything", 0, ""),
    ],
)
def test_long_text_is_cut_at_a_word(text: str, max_chars: int, shown: str) -> None:
    assert cut(text, max_chars) == shown


@given(text=st.text(), max_chars=st.integers(0, 50))
def test_cut_text_is_never_too_long_once_escaped(text: str, max_chars: int) -> None:
    assert len(escape(cut(text, max_chars))) <= max_chars


def test_nothing_is_formatted_when_there_is_nothing() -> None:
    assert (bold(" "), italic("")) == ("", "")


def test_a_quote_is_one_line() -> None:
    assert quote("one\n> two") == "> one &gt; two"


def test_only_an_id_becomes_a_mention() -> None:
    assert (mention("U1A"), mention("!channel")) == ("<@U1A>", "somebody")


@pytest.mark.parametrize(
    ("label", "url", "is_so"),
    [
        ("the guide", "https://a.example/x", True),
        ("https://a.example/y", "https://a.example/x", True),
        ("www.a.example", "https://a.example/x", True),
        ("Node.js docs. And more", "https://a.example/x", True),
        ("https://bank.example", "https://a.example/x", False),
        ("see www.bank.example now", "https://a.example/x", False),
        ("bank.example/login", "https://a.example/x", False),
        ("guide", "http://[broken", False),
    ],
)
def test_a_label_that_names_another_host_is_seen(label: str, url: str, is_so: bool) -> None:
    assert is_honest(label, url) is is_so
