"""Reads mutated and malicious files as a run of ingestion does, and looks at what each costs.

Mutated files are made of the bundled articles in every kind: bytes and slices are flipped, repeated
and cut out. Malicious ones are made to hang, to flood or to break a reader. Each is read and
taken apart in the child processes of ingestion, so that a file that ends its child, or exceeds a
limit, is a named failure like any other.

    unnamed     files of which nothing came: no article, no error, no remark, goal 0
    slowest     processor seconds of the slowest file, reading and taking apart, goal 10; beside
                them the seconds that passed, others being at work on the machine too
    child_peak  resident memory of a child at its peak, in MiB, goal 300

Repeat it from the repository's root with

    python -m benchmarks.faults.fuzz_files              # 5,000 mutated and 100 malicious files
    python -m benchmarks.faults.fuzz_files --mutated 200 --malicious 20
"""

import argparse
import json
import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.limited.pool import ReaderPool
from ingest.reading.parsing import RawFile
from knowledge.domain import Article
from knowledge.errors import ArticleError
from knowledge.settings import PACKAGE_DIR

__all__ = ["malicious"]

SEED = 20_261_130
MAX_CPU_S = 10.0
MAX_MIB = 300
KINDS = (".md", ".txt", ".html", ".jsonl")
PIECES = (
    b"---\n", b"+++\n", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"{{", b"{% ", b"[[", b"<table>",
    b"<!--", b"<script>", b"&#x0;", b"| a |", b"> " * 50, b"*" * 90, b"\r", b"\xe2\x80\xae",
    b"[" * 99, b"<p ", b"\\", b'{"text": "', b"`" * 7, b"![](", b"a: &a [*a]\n", b"\n\n\n", b"# ",
    b"<div hidden>",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutated", type=int, default=5_000)
    parser.add_argument("--malicious", type=int, default=100)
    options = parser.parse_args(arguments)
    rng = random.Random(SEED)  # noqa: S311
    files = [*_mutated(options.mutated, rng), *malicious(options.malicious)]
    outcomes: Counter[str] = Counter()
    unnamed = 0
    slowest = (0.0, 0.0, "")
    started = time.monotonic()
    pool = ReaderPool(processes=1)
    try:
        for file in files:
            at, spent_s = time.monotonic(), _spent_s(pool)
            found = list(pool.read([file]))
            articles = [one for one in found if isinstance(one, Article)]
            apart = pool.sections(articles[:50])
            passed_s = time.monotonic() - at
            slowest = max(slowest, (_spent_s(pool) - spent_s, passed_s, file.location))
            unnamed += not found and file.suffix != ".jsonl"
            errors = [one for one in [*found, *apart] if isinstance(one, ArticleError)]
            outcomes["read" if articles and not errors else "refused"] += 1
            outcomes.update(_reason(error) for error in errors[:1])
    finally:
        pool.close()
    # Now that all of them have ended, the system knows the largest.
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    figures = {
        "files": len(files),
        "unnamed": unnamed,
        "slowest_cpu_s": round(slowest[0], 1),
        "slowest_wall_s": round(slowest[1], 1),
        "slowest": slowest[2],
        "child_peak_rss_mib": peak_mib,
        "seconds": round(time.monotonic() - started),
        "outcomes": dict(outcomes.most_common(25)),
    }
    print(json.dumps(figures, indent=2))
    return 1 if unnamed or slowest[0] > MAX_CPU_S or peak_mib > MAX_MIB else 0


def _reason(error: ArticleError) -> str:
    words = error.reason.split(":")[0].split(";")[0].split()
    return " ".join(words[:7])


def _spent_s(pool: ReaderPool) -> float:
    """Return the processor seconds of all children, those that have ended and the one at work."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = usage.ru_utime + usage.ru_stime
    for child in list(pool._idle.queue):  # noqa: SLF001
        times = Path(f"/proc/{child._process.pid}/stat").read_text().split()[13:15]  # noqa: SLF001
        spent += sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
    return spent


def _raw(name: str, data: bytes) -> RawFile:
    path = Path(name)
    return RawFile(location=name, data=data, suffix=path.suffix, stem=path.stem)


def _mutated(number: int, rng: random.Random) -> Iterator[RawFile]:
    articles = [path.read_bytes() for path in sorted((PACKAGE_DIR / "articles").glob("*.md"))]
    seeds = {
        ".md": articles,
        ".txt": [article.split(b"---\n", 2)[-1] for article in articles],
        ".html": [
            b"<html><head><title>T</title></head><body><main><article><h1>T</h1>"
            + b"".join(b"<p>" + part + b"</p>" for part in article.split(b"\n\n"))
            + b"<table><tr><td><ul><li>a</li></ul></td></tr></table></article></main></body></html>"
            for article in articles
        ],
        ".jsonl": [
            b"\n".join(
                json.dumps({"id": at, "title": f"T {at}", "text": part.decode()}).encode()
                for at, part in enumerate(article.split(b"\n\n"))
            )
            for article in articles
        ],
    }
    for at in range(number):
        suffix = KINDS[at % len(KINDS)]
        data = bytearray(rng.choice(seeds[suffix]))
        for _ in range(rng.randint(1, 12)):
            _mutate(data, rng)
        yield _raw(f"mutated-{at}{suffix}", bytes(data))


def _mutate(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    match rng.randrange(6):
        case 0:
            data[at:at] = rng.choice(PIECES) * rng.choice((1, 1, 2, 50))
        case 1:
            del data[at : at + rng.randint(1, 400)]
        case 2:
            data[at:at] = data[at : at + rng.randint(1, 200)] * rng.choice((2, 20))
        case 3:
            data[at : at + 1] = bytes([rng.randrange(256)])
        case 4:
            data[at : at + 20] = rng.randbytes(20)
        case _:
            del data[at:]


def malicious(number: int) -> list[RawFile]:
    """Return files that are made to hang, to flood or to break a reader, of one MB each."""
    size = 1_000_000
    units = (
        b"*a ", b"_a", b"[a](", b"a\n", b"# a\n", b"a\n=\n", b"|a|b|\n", b"[x]: y\n", b"[x][y] ",
        b"> ", b"- a\n", b"`a ", b"<a ", b"<!--", b"<table>", b"<p hidden>", b"{{", b"{% ", b"[[",
        b"==", b"%%", b"![[", b"{#a} ", b":::\n", b"~~~\n", b"a ", b"a\n\n", b"by ", b"1. a\n",
        b"Home\n\n", b"&#9;", b"\\", b"\xe2\x80\x8b", b"\x00a", b"a: b\n",
    )  # fmt: skip
    files = []
    for unit in units:
        block = unit * (size // len(unit))
        files += [_raw("unit.md", b"# T\n\nText.\n\n" + block), _raw("unit.txt", block)]
    tags = (
        b"<p>a b c</p>", b"<div>", b"<table><tr><td>", b"<ul><li>", b"<b>",
        b"<button aria-label=a>",
        b"<details><summary>a", b"<a href=x>", b"<p a=b ", b"<!--", b"<svg>", b"<h2>a</h2>",
    )  # fmt: skip
    files += [
        _raw("tags.html", b"<html><body><article>" + tag * (size // len(tag))) for tag in tags
    ]
    bomb = [b"a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    bomb += [b"a%d: &a%d [%s]" % (n, n, b",".join([b"*a%d" % (n - 1)] * 10)) for n in range(1, 9)]
    entities = b"".join(b"<!ENTITY e%d '%s'>" % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 9))
    attributes = b" ".join(b"a%d=''" % n for n in range(200_000))
    odd = [
        ("bomb.md", b"---\n" + b"\n".join(bomb) + b"\nauthor: *a8\n---\n\nText."),
        ("nested.md", b"---\nx: " + b"[" * 60_000 + b"\n---\n\nText."),
        ("toml.md", b"+++\nx = " + b"[" * 60_000 + b"\n+++\n\nText."),
        ("json.md", b'{"title": ' + b"[" * 60_000 + b"\n\nText."),
        ("entities.html", b"<!DOCTYPE x [<!ENTITY e0 'lol'>" + entities + b"]><p>&e8;</p>"),
        ("file.html", b"<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hosts'>]><html><p>&e;</p>"),
        ("attributes.html", b"<html><body><p " + attributes + b">Text of it.</p></body></html>"),
        ("deep.html", b"<html><body>" + b"<div>" * 200_000 + b"Text of it."),
        ("deep.jsonl", b'{"text": ' + b"[" * 200_000),
        ("digits.jsonl", b'{"id": ' + b"9" * 500_000 + b', "text": "a"}'),
        ("lines.jsonl", b'{"text": "a"}\n' * 60_000),
        ("pretty.jsonl", b'[\n {"text": "a"}\n]'),
        ("nul.jsonl", b'{"text": "a\\u0000\\ud800b", "title": "\\u0000"}'),
        ("zip.md", b"PK\x03\x04" + b"a" * 5_000),
        ("pdf.txt", b"%PDF-1.7\n" + b"a" * 5_000),
        ("wide.txt", "text ".encode("utf-16") * 100_000),
        ("one-word.md", b"a" * size),
        ("one-line.txt", b"Words and words, and more of them; " * 28_000),
    ]  # fmt: skip
    files += [_raw(name, data) for name, data in odd]
    return [_raw(f"malicious-{at}-{file.location}", file.data) for at, file in enumerate(files)][
        :number
    ]


if __name__ == "__main__":
    sys.exit(main())
