"""Measures what share of an article's lines each reader keeps, and of the furniture around it.

The pages and documents of `benchmarks/kept` have each line marked as article or furniture. A line
is kept when its words stand in what was read, in one piece. Half of the pages are kept aside:
of these only the figures are shown, unless `--aside-lines` asks for more.

    python -m benchmarks.kept_lines                  # each kind, both halves
    python -m benchmarks.kept_lines --only html      # and what is not as it should be

`benchmarks/kept/other_readers.py` measures programs of other people on the same pages.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence

from benchmarks.harness import Figure, option_parser, parse, publish
from benchmarks.kept.pages import HALVES, Count, Page, count, pages_of
from ingest.reading.parsing import RawFile, parse_articles
from ingest.sections import find_sections
from knowledge.domain import Article

KEPT_AT_LEAST = 0.97
FURNITURE_AT_MOST = 0.03


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = option_parser(__doc__)
    parser.add_argument("--only", metavar="KIND", default="", help="kinds that begin so")
    parser.add_argument(
        "--aside-lines", action="store_true", help="show the lines of the half kept aside, too"
    )
    options = parse(parser, arguments)
    figures = []
    for half in HALVES:
        counts: defaultdict[str, Count] = defaultdict(Count)
        for page in pages_of(half):
            if not page.kind.startswith(options.only):
                continue
            counted, wrong = count(page, text_of(page))
            counts[page.kind].add(counted)
            if half == "open" or options.aside_lines:
                for line in wrong:
                    print(f"{page.name}: {line}")
        for kind, total in sorted(counts.items()):
            name = f"{half}: {kind}, {total.article} + {total.furniture} lines"
            figures.append(Figure(f"{name}, kept", total.kept_share, at_least=KEPT_AT_LEAST))
            figures.append(
                Figure(f"{name}, furniture", total.furniture_share, at_most=FURNITURE_AT_MOST)
            )
    publish("kept lines", figures, settings={"only": options.only or "all"}, json_file=options.json)
    return 0


def text_of(page: Page) -> str:
    """Return all that is read of a page: titles, summaries, headings and text."""
    return "\n".join(_texts(page))


def _texts(page: Page) -> Iterator[str]:
    raw = RawFile(location=page.name, data=page.data, suffix=page.suffix, stem="stem")
    for found in parse_articles(raw):
        if not isinstance(found, Article):
            continue
        yield from (found.title, found.summary)
        before: tuple[str, ...] = ()
        for section in find_sections(found):
            yield from (part for part in section.trail if part not in before)
            before = section.trail
            yield from (" ".join(line) for line in section.lines)


if __name__ == "__main__":
    sys.exit(main())
