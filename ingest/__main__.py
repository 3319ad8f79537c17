"""The command line of ingestion: `python -m ingest`."""

import argparse
import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ingest.house_rules.checking import check_corpus
from ingest.limited.pool import open_pool
from ingest.pipeline import Ingestion, ProgressCallback, make_ingestion
from ingest.showing import near_ids, show_items, show_stored
from ingest.sources import BUNDLED, all_sources, describe_source, read_source
from ingest.web.addresses import is_address
from ingest.web.visiting import Visit, make_visitor
from knowledge.assembly import OpenCorpus, open_corpus
from knowledge.domain import ArticleId, IngestProgress, IngestReport
from knowledge.errors import ArticleError, ConfigError, EmbedderError, KnowledgeError
from knowledge.exit_codes import BAD_USAGE, DONE, FAILED
from knowledge.record.history import History
from knowledge.record.ledger import RegisteredSource
from knowledge.record.library import Library
from knowledge.settings import KnowledgeSettings

ACTOR = "command line"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 partly failed, 2 bad usage."""
    options = _parse(list(sys.argv[1:] if arguments is None else arguments))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: int = options.handle(options, KnowledgeSettings.load())
    except (ConfigError, ArticleError, EmbedderError) as exc:
        return _stop(str(exc), code=BAD_USAGE)
    except KnowledgeError as exc:
        return _stop(str(exc), code=FAILED)
    except KeyboardInterrupt:
        return _stop("interrupted; what was finished stays", code=FAILED)
    return code


def _run(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    named = _named(options.sources, settings)
    with (
        _ingestion(settings, exclusive=True) as (ingestion, corpus),
        _progress(quiet=options.json) as on_progress,
    ):
        report = ingestion.run(
            named or all_sources(corpus.ledger.sources()),
            actor=ACTOR,
            on_progress=on_progress,
            confirm_empty=options.confirm_empty,
        )
    _print_report(report, as_json=options.json)
    return DONE if report.is_complete else FAILED


def _named(sources: Sequence[str], settings: KnowledgeSettings) -> list[RegisteredSource]:
    return [describe_source(source, ports=settings.allowed_ports) for source in sources]


def _plan(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    named = _named(options.sources, settings)
    with _ingestion(settings, exclusive=False) as (ingestion, corpus):
        report = ingestion.plan(
            named or all_sources(corpus.ledger.sources()), confirm_empty=options.confirm_empty
        )
    _print_report(report, as_json=options.json, planned=True)
    return DONE if report.is_complete else FAILED


def _status(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_corpus(settings, exclusive=False) as corpus:
        status = corpus.status()
        runs = corpus.ledger.runs(limit=1)
    last_run = _jsonable(asdict(runs[0])) if runs else None
    shown = {
        "articles": status.articles,
        "chunks": status.chunks,
        "embedder": status.embedder,
        "index_embedder": status.index_embedder or None,
        "data_dir": str(settings.data_dir),
        "last_run": last_run if options.json else status.last_run or None,
    }
    _print_fields(shown, as_json=options.json)
    return DONE


def _sources(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_corpus(settings, exclusive=False) as corpus:
        held: dict[str, int] = {}
        for row in corpus.catalog.articles():
            held[row.source_location] = held.get(row.source_location, 0) + 1
        rows = [
            {**asdict(source), "articles": held.get(source.location, 0)}
            for source in corpus.ledger.sources()
        ]
    _print_rows(rows, as_json=options.json, empty="no sources yet: run `python -m ingest`")
    return DONE


def _remove(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with _ingestion(settings, exclusive=True) as (ingestion, corpus):
        kinds = {source.location: source.kind for source in corpus.ledger.sources()}
        rows = corpus.catalog.articles()
        name = options.article_id
        source = name if name in kinds else _location(name, settings)
        ids = [ArticleId(name)]
        if source in kinds:
            ids = [row.article_id for row in rows if row.source_location == source]
            visible = {row.article_id for row in rows}
            kept = History(corpus.database).kept_articles()
            ids += sorted(ArticleId(one) for one, at in kept if at == source and one not in visible)
        else:
            source = next((row.source_location for row in rows if row.article_id == name), "")
        removed = ingestion.remove(ids, actor=ACTOR)
        is_article = removed == (name,) and source != name
        stays = is_article and kinds.get(source) == "folder"
        is_source = not stays and corpus.ledger.forget_source(source)
    if not removed and not is_source:
        return _stop(
            f"no article or source is called {options.article_id!r}: `python -m ingest sources` "
            f"lists the sources, `python -m knowledge search` finds articles",
            code=BAD_USAGE,
        )
    come_back = f"{name} is read again with its folder {source}: delete its file too"
    report = IngestReport(removed=removed, warnings=(come_back,) if stays else ())
    _print_report(report, as_json=options.json)
    return DONE


def _location(name: str, settings: KnowledgeSettings) -> str:
    """Return the location of a source as it is stored, whether or not there is one."""
    if is_address(name):
        return describe_source(name, ports=settings.allowed_ports).location
    return str(Path(name).expanduser().resolve())


def _show(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    name, bundled_dir = options.article, settings.articles_dir
    path = Path(name).expanduser()
    if is_address(name):
        source = describe_source(name, ports=settings.allowed_ports)
        with open_pool() as readers:
            pages = make_visitor(settings).visit(source.location, Visit(list_pages=readers.pages))
            shown = show_items(pages, location=source.location, readers=readers)
    elif path.is_file() and path.suffix:
        with open_pool() as readers:
            found = read_source(describe_source(name), bundled_dir=bundled_dir)
            shown = show_items(found, location=str(path), readers=readers)
    else:
        with open_corpus(settings, exclusive=False) as corpus:
            article = Library(corpus.database).article(name)
            ids = [] if article else [row.article_id for row in corpus.catalog.articles()]
        if article is None:
            near = ", ".join(near_ids(name, ids))
            hint = f"did you mean {near}?" if near else "`python -m knowledge search` finds some"
            return _stop(f"no article or file is called {name!r}: {hint}", code=BAD_USAGE)
        with open_pool() as readers:
            shown = show_stored(article, bundled_dir=bundled_dir, readers=readers)
    if options.json:
        print(json.dumps(asdict(shown)))
    else:
        print("\n".join(shown.lines()))
    return FAILED if shown.failed else DONE


def _history(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_corpus(settings, exclusive=False) as corpus:
        rows = [_jsonable(asdict(row)) for row in corpus.ledger.runs(limit=options.limit)]
    _print_rows(rows, as_json=options.json, empty="no run yet")
    return DONE


def _rollback(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    if options.run_id is None:
        with open_corpus(settings, exclusive=False) as corpus:
            found = History(corpus.database).publications()
        rows = [_jsonable(asdict(one)) for one in found]
        _print_rows(rows, as_json=options.json, empty="nothing can be taken back yet")
        return DONE
    with _ingestion(settings, exclusive=True) as (ingestion, _):
        report = ingestion.rollback(options.run_id, actor=ACTOR)
    _print_report(report, as_json=options.json)
    return DONE


def _rebuild(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with _ingestion(settings, exclusive=True) as (ingestion, _):
        chunks = ingestion.rebuild()
    _print_fields({"chunks": chunks}, as_json=options.json)
    return DONE


def _check(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    findings = check_corpus(
        options.paths or [str(settings.articles_dir)],
        glossary_file=settings.glossary_file,
        compare_with=options.against,
    )
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            print(finding)
        print(f"{len(findings)} findings" if findings else "nothing to mend")
    return FAILED if findings else DONE


@contextmanager
def _ingestion(
    settings: KnowledgeSettings, *, exclusive: bool
) -> Iterator[tuple[Ingestion, OpenCorpus]]:
    with open_corpus(settings, exclusive=exclusive) as corpus:
        yield make_ingestion(corpus), corpus


@contextmanager
def _progress(*, quiet: bool) -> Iterator[ProgressCallback]:
    """Yield what shows progress: a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("reading articles", total=None)

        def show(progress: IngestProgress) -> None:
            bar.update(
                task,
                description=f"{progress.stage} articles",
                completed=progress.done,
                total=progress.total,
            )

        yield show


def _print_report(report: IngestReport, *, as_json: bool, planned: bool = False) -> None:
    if as_json:
        print(json.dumps(asdict(report)))
        return
    verb = "would be " if planned else ""
    for name in ("added", "changed", "removed"):
        ids: tuple[ArticleId, ...] = getattr(report, name)
        if ids:
            shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")
            print(f"{len(ids)} {verb}{name}: {shown}")
    print(f"{len(report.unchanged)} unchanged")
    for warning in report.warnings:
        print(f"warning: {warning}")
    for failure in report.failed:
        error = ArticleError(failure.reason, location=failure.location, line=failure.line)
        print(f"failed: {error}")
    if not planned:
        print(
            f"{report.chunks_embedded} texts embedded, {report.chunks_written} chunks written "
            f"in {report.seconds:.1f} s"
        )


def _print_fields(fields: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(fields))
        return
    for name, value in fields.items():
        print(f"{name.replace('_', ' ')}: {value}")


def _print_rows(rows: Sequence[dict[str, Any]], *, as_json: bool, empty: str) -> None:
    if as_json:
        print(json.dumps(rows))
        return
    for row in rows:
        print("  ".join(str(value) for value in row.values() if not isinstance(value, dict)))
    if not rows:
        print(empty)


def _jsonable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat(timespec="seconds") if hasattr(value, "isoformat") else value
        for name, value in row.items()
    }


def _stop(message: str, *, code: int) -> int:
    print(f"error: {message}", file=sys.stderr)
    return code


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m ingest", description="Read articles into the knowledge base."
    )
    commands = parser.add_subparsers(metavar="COMMAND")

    def command(name: str, handle: Any, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        sub.add_argument("--json", action="store_true", help="print JSON on standard output")
        sub.set_defaults(handle=handle)
        return sub

    kinds = f"a folder, a file, a web address of a page or sitemap, or {BUNDLED!r}"
    sources = f"{kinds}; none means all registered and the bundled ones"
    for name, handle, summary in (
        ("run", _run, "add, update and remove articles (the default command)"),
        ("plan", _plan, "show what a run would do, without a model and without writing"),
    ):
        sub = command(name, handle, summary)
        sub.add_argument("sources", nargs="*", help=sources)
        sub.add_argument(
            "--confirm-empty",
            action="store_true",
            help="remove the articles of a source that has no file any more",
        )
    add = command("add", _run, "register sources, and read them now and with every later run")
    add.add_argument("sources", nargs="+", help=kinds)
    add.set_defaults(confirm_empty=False)
    command("status", _status, "show what the knowledge base holds")
    command("sources", _sources, "list the registered sources")
    remove = command("remove", _remove, "remove an article, or a source with all its articles")
    remove.add_argument("article_id", help="an article's id or a source's location")
    show = command("show", _show, "show an article as it was understood, or a file as it would be")
    show.add_argument("article", help="an article's id, or a file, which is read and not stored")
    history = command("history", _history, "list the latest runs")
    history.add_argument("--limit", type=int, default=10, help="how many (10)")
    rollback = command("rollback", _rollback, "make all articles as they were before a run")
    rollback.add_argument(
        "run_id", nargs="?", type=int, help="the run's number; none lists what can be taken back"
    )
    check = command("check", _check, "check articles and glossary against the house rules")
    check.add_argument("paths", nargs="*", help="articles or folders; none means the bundled ones")
    check.add_argument("--against", help="a text with which articles may share no long run")
    command("rebuild", _rebuild, "build the vector index anew from the database, without a model")

    known = set(commands.choices)
    if not argv or (argv[0] not in known and argv[0] not in ("-h", "--help")):
        argv = ["run", *argv]
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
