"""Every file of the data directory is damaged in turn: the bot heals, or says what to do.

    python -m benchmarks.faults.damaged_data [FLIPS]

A program that was killed leaves the directory. Each of its files is removed, emptied, cut and
filled with zeros, and has bits flipped at FLIPS random places (5); in the end every sentence of the
stored passages has a letter changed. With each directory `python -m bot` is started on the local
Slack and asked, and then `python -m knowledge ask`.

    as before   both answer as with the whole directory
    differs     something else is answered, and every quotation stands in the articles
    told        one line that begins with "error: " on standard error, and nothing else is wrong
    wrong       a quotation that stands in no article, a traceback, silence, goal 0
"""

import json
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.harness import settings_for
from bot.__main__ import main as run_bot
from ingest.pipeline import make_ingestion
from ingest.sources import describe_source
from knowledge.__main__ import main as run_knowledge
from knowledge.answers.evidence.gate import FITTED_GATE, SHIPPED_GATE
from knowledge.assembly import open_knowledge
from knowledge.models.model_use import MODEL_USE
from knowledge.settings import BUNDLED_ARTICLES

ARTICLES = 4
QUESTION = "What is business process outsourcing?"
LIMIT_S = 240.0
SEED = 1
# Imported once, and each program is forked from there.
STARTER = multiprocessing.get_context("forkserver")

Damage = Callable[[Path], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the two programs wrote and how they ended."""

    code: int | None
    shown: str
    errors: str
    answer: str


def main(arguments: list[str]) -> int:
    flips = int(arguments[0]) if arguments else 5
    STARTER.set_forkserver_preload(["knowledge.assembly", "bot.__main__"])
    verdicts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole"
        _run(_make, whole, Path(folder))
        texts = _texts(whole)
        before = _try(whole, Path(folder))
        print(f"whole: exit code {before.code}, {len(before.answer)} characters", flush=True)
        for name, damage in _damages(whole, flips):
            copy = Path(folder) / "copy"
            shutil.copytree(whole, copy)
            damage(copy)
            said = _try(copy, Path(folder))
            shutil.rmtree(copy)
            verdict = _judge(said, before, texts)
            verdicts[verdict.partition(":")[0]] += 1
            print(f"{name}: {verdict}", flush=True)
    print(f"{verdicts.total()} cases: {dict(verdicts)}")
    return 1 if verdicts["wrong"] else 0


def _make(whole: Path) -> None:
    """Ingest some articles, and leave the directory as a process that is killed does."""
    articles = whole.parent / "articles"
    articles.mkdir()
    for path in sorted(BUNDLED_ARTICLES.glob("*.md"))[:ARTICLES]:
        shutil.copy(path, articles)
    first = articles / "what-is-bpo.md"
    if not first.exists():
        shutil.copy(BUNDLED_ARTICLES / first.name, first)
    with open_knowledge(settings_for(whole), exclusive=True) as knowledge:
        make_ingestion(knowledge).run([describe_source(str(articles))], actor="benchmark")
        shutil.copy(SHIPPED_GATE, whole / FITTED_GATE)
        (whole / MODEL_USE).write_text("{}", encoding="utf-8")
        os._exit(0)


def _texts(whole: Path) -> str:
    articles = sorted((whole.parent / "articles").glob("*.md"))
    return _squeezed(" ".join(path.read_text(encoding="utf-8") for path in articles))


def _damages(whole: Path, flips: int) -> Iterator[tuple[str, Damage]]:
    dice = random.Random(SEED)  # noqa: S311
    files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    for file in files:
        size = (whole / file).stat().st_size
        yield f"{file} removed", lambda root, file=file: (root / file).unlink()
        yield f"{file} emptied", partial(_write, file=file, change=lambda _: b"")
        if size == 0:
            continue
        yield f"{file} cut", partial(_write, file=file, change=lambda data: data[: len(data) // 2])
        yield f"{file} zeroed", partial(_write, file=file, change=lambda data: bytes(len(data)))
        for _ in range(flips):
            at = dice.randrange(size)
            yield (
                f"{file} flipped at {at}",
                partial(_write, file=file, change=partial(_flip, at=at)),
            )
    yield "index removed", lambda root: shutil.rmtree(root / "index")
    yield "texts flipped", _flip_texts


def _write(root: Path, *, file: Path, change: Callable[[bytes], bytes]) -> None:
    (root / file).write_bytes(change((root / file).read_bytes()))


def _flip(data: bytes, *, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _flip_texts(root: Path) -> None:
    """Change a letter in every stored passage, as a failing disk does: SQLite does not notice."""
    with sqlite3.connect(root / "record.sqlite3") as connection:
        rows = connection.execute("SELECT seq, text FROM chunk").fetchall()
        for seq, text in rows:
            changed = "".join(
                chr(ord(char) ^ 1) if at % 40 == 20 and char.isalpha() else char
                for at, char in enumerate(text)
            )
            connection.execute("UPDATE chunk SET text = ? WHERE seq = ?", (changed, seq))
    connection.close()


def _try(data_dir: Path, folder: Path) -> Said:
    out, err = folder / "out", folder / "err"
    given = folder / "in"
    given.write_text(f"{QUESTION}\n", encoding="utf-8")
    code = _run(_chat, data_dir, folder)
    shown, errors = out.read_text(errors="replace"), err.read_text(errors="replace")
    if code != 0:
        return Said(code=code, shown=shown, errors=errors, answer="")
    code = _run(_ask, data_dir, folder)
    errors += err.read_text(errors="replace")
    return Said(code=code, shown=shown, errors=errors, answer=out.read_text(errors="replace"))


def _run(work: Callable[[Path], None], data_dir: Path, folder: Path) -> int | None:
    child = STARTER.Process(target=_redirected, args=(work, data_dir, folder))
    child.start()
    child.join(LIMIT_S)
    code = child.exitcode
    child.kill()
    child.join()
    return code


def _redirected(work: Callable[[Path], None], data_dir: Path, folder: Path) -> None:
    for number, name, mode in ((0, "in", "r"), (1, "out", "w"), (2, "err", "w")):
        if number == 0 and not (folder / name).exists():
            continue
        with (folder / name).open(mode) as file:
            os.dup2(file.fileno(), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    # The programs are started as from a shell that has set nothing else of theirs.
    for name in [name for name in os.environ if name.startswith(("KB_", "SLACK_"))]:  # noqa: TID251
        del os.environ[name]  # noqa: TID251
    os.environ["KB_DATA_DIR"] = str(data_dir)  # noqa: TID251
    work(data_dir)


def _chat(_data_dir: Path) -> None:
    sys.exit(run_bot(["--local"]))


def _ask(_data_dir: Path) -> None:
    sys.exit(run_knowledge(["ask", QUESTION, "--json"]))


def _judge(said: Said, before: Said, texts: str) -> str:
    if "Traceback" in said.errors:
        return f"wrong: a traceback, {said.errors.strip().splitlines()[-1]}"
    told = [line for line in said.errors.splitlines() if line.startswith("error: ")]
    if said.code is None:
        return "wrong: it does not end"
    if said.code != 0:
        return f"told: {told[0]}" if len(told) == 1 else f"wrong: {said.code}, {said.errors!r}"
    answer, earlier = json.loads(said.answer), json.loads(before.answer)
    for source in answer["sources"]:
        if _squeezed(source["quote"]) not in texts:
            return f"wrong: quotes {source['quote']!r}"
    same = answer["text"] == earlier["text"] and _told(said) == _told(before)
    warned = (said.errors.strip().splitlines() or ["nothing"])[0]
    return f"as before: {warned}" if same else f"differs: {answer['kind']}, {warned}"


def _told(said: Said) -> str:
    """Return what the chat showed of the answer, without times and sizes."""
    return _squeezed("".join(char for char in said.shown if char.isalpha()))


def _squeezed(text: str) -> str:
    """Return letters and digits only: Markdown's signs and spaces are not quoted."""
    return "".join(char for char in text.casefold() if char.isalnum())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
