"""Renders hostile titles, texts, questions and terms on every surface, and counts what is wrong.

    active          renderings with a mention, a link, markup or a command that others wrote
    over a limit    renderings that Slack's limits, or the validators of slack_sdk, refuse

Repeat it from the repository's root with

    python -m benchmarks.renderings                    # 100,000 of them, all surfaces alike
    python -m benchmarks.renderings --number 2000
"""

import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.harness import Figure, option_parser, parse, positive, publish
from tests.hostile import SURFACES, Forge, objections, sent

REFUSED = ("[ERROR]", "slack_sdk", "unknown to", "too long", "fallback", "metadata")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--number", type=positive, default=100_000, metavar="N", help="(100,000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first one (0)")
    options = parse(parser, arguments)
    wrong: Counter[str] = Counter()
    names = list(SURFACES)
    for number in range(options.number):
        name, seed = names[number % len(names)], options.seed + number
        found = [
            problem
            for rendered in sent(SURFACES[name](Forge(seed)))
            for problem in objections(rendered)
        ]
        kinds = {"over" if problem.startswith(REFUSED) else "active" for problem in found}
        wrong.update(kinds)
        if found:
            print(f"{name}, seed {seed}: {found[0][:300]}", file=sys.stderr)
    figures = [
        Figure("active", wrong["active"], at_most=0.0),
        Figure("over a limit", wrong["over"], at_most=0.0),
    ]
    settings = {"renderings": options.number, "surfaces": len(names)}
    publish("renderings", figures, settings=settings, json_file=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
