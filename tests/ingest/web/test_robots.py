import pytest

from ingest.web.robots import read_robots


@pytest.mark.parametrize(
    ("rules", "target", "is_allowed"),
    [
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a/b", True),
        ("User-agent: *\nAllow: /\nDisallow: /a", "/a/b", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a-b", True),
        ("User-agent: *\nDisallow: /a*b*c", "/a-b-c-d", False),
        ("User-agent: *\nDisallow: /a$", "/ab", True),
        ("User-agent: *\nDisallow: /a*ab$", "/ab", True),
        ("User-agent: *\nDisallow: /%61", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: outsourcing-assistant\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Outsourcing-Assistant\nAllow: /", "/a", True),
        ("User-agent: *\nDisallow: /a # a reason", "/a", False),
        ("\ufeffUser-agent: *\nDisallow: /a", "/a", False),
        ("Disallow: /", "/a", True),
        ("<html>no robots</html>", "/a", True),
    ],
)
def test_the_longest_pattern_decides(rules: str, target: str, is_allowed: bool) -> None:
    assert read_robots(rules).allow(target) is is_allowed


@pytest.mark.parametrize(("said", "delay_s"), [("5", 5), ("9999", 30), ("nan", 0), ("x", 0)])
def test_a_delay_is_bounded(said: str, delay_s: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {said}").delay_s == delay_s
