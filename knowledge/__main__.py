"""The command line of answers: `python -m knowledge`."""

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, assert_never

from knowledge.answers.citations import plain_text
from knowledge.answers.evidence.calibration import fit_gate
from knowledge.answers.evidence.gate import FITTED_GATE, EvidenceGate, Signals, load_gate
from knowledge.answers.explaining import explain
from knowledge.answers.trace import Reply
from knowledge.assembly import open_corpus, open_knowledge
from knowledge.domain import Answer, Chat, DefineResult, Question, Refusal, Turn
from knowledge.errors import ConfigError, EmbedderError, KnowledgeError
from knowledge.evaluation.baseline import changes, read_baseline, save_results
from knowledge.evaluation.golden import read_cases
from knowledge.evaluation.reporting import report_json, write_report
from knowledge.evaluation.risk_coverage import draw_curve
from knowledge.evaluation.running import evaluate
from knowledge.exit_codes import BAD_USAGE, DONE, FAILED
from knowledge.models.model_use import MODEL_USE, describe_use, read_use
from knowledge.questions.reading import read_question
from knowledge.search.retrieval import Retrieval
from knowledge.settings import KnowledgeSettings

DAYS_SHOWN = 7
GOLDEN = "tests/evals/golden.jsonl"
"""The golden questions that come with the source, under its root."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 partly failed, 2 bad usage."""
    options = _parser().parse_args(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: int = options.handle(options, KnowledgeSettings.load())
    except KnowledgeError as exc:
        print(f"error: {exc}", file=sys.stderr)
        is_usage = isinstance(exc, ConfigError | EmbedderError)
        return BAD_USAGE if is_usage else FAILED
    return code


def _ask(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_knowledge(settings, exclusive=True) as opened:

        def ask(row: dict[str, Any]) -> tuple[dict[str, Any], str]:
            history = tuple(
                Turn(role=turn["role"], text=str(turn["text"])) for turn in row.get("history", ())
            )
            question = Question(text=_text(row, "question"), history=history)
            reply = opened.answerer.answer(question)
            explained = f"\n\n{explain(reply)}" if options.explain else ""
            return _reply_json(reply), _reply_text(reply) + explained

        return _each(options, "question", ask)


def _audit(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    """Say whether the audit trail is as it was written."""
    with open_corpus(settings, exclusive=False) as corpus:
        state = corpus.ledger.verify_audit()
    if options.json:
        print(json.dumps(asdict(state)))
    elif state.broken_at is None:
        print(f"{state.entries} entries, none changed; the last digest is {state.last_digest}")
    else:
        print(f"{state.entries} entries, and the chain is broken at entry {state.broken_at}")
    return DONE if state.broken_at is None else FAILED


def _status(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    """Show the chat model and what it was used for, by day."""
    days = read_use(settings.data_dir / MODEL_USE)
    for day in days.values():
        day.pop("people", None)
    if options.json:
        print(json.dumps({"chat_model": settings.chat_model, "days": days}))
        return DONE
    print(f"Language model: {settings.chat_model or 'none, answers are quoted from the articles'}")
    for name in sorted(days)[-DAYS_SHOWN:]:
        print(f"{name}: {describe_use(days[name])}")
    return DONE


def _define(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_corpus(settings, exclusive=False) as corpus:

        def define(row: dict[str, Any]) -> tuple[dict[str, Any], str]:
            result = corpus.glossary.define(_text(row, "input"))
            return _define_json(result), result.text

        return _each(options, "input", define)


def _search(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    with open_knowledge(settings, exclusive=True, gate=EvidenceGate.open()) as opened:

        def search(row: dict[str, Any]) -> tuple[Any, str]:
            query = read_question(
                Question(text=_text(row, "query")),
                lexicon=opened.lexicon,
                vocabulary=opened.vocabulary.current(),
            )
            found = opened.retriever.retrieve(query, top_k=options.top_k)
            return _found_json(found), _found_text(found)

        return _each(options, "query", search)


def _found_json(found: Retrieval) -> list[dict[str, Any]]:
    return [
        {
            "rank": result.rank,
            "score": result.score,
            "chunk_id": result.chunk.chunk_id,
            "article_id": result.chunk.article_id,
            "title": result.chunk.title,
            "heading": result.chunk.heading,
            "text": result.chunk.text,
        }
        for result in found.results
    ]


def _found_text(found: Retrieval) -> str:
    lines = [
        f"{result.rank}. {result.chunk.title} > {result.chunk.heading} ({result.score:.3f})\n   "
        f"{result.chunk.text[:160]}"
        for result in found.results
    ]
    return "\n".join(lines) or "nothing found"


def _evaluate(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    path = Path(options.file or GOLDEN)
    if not options.file and not path.exists():
        raise ConfigError(
            f"there is no {GOLDEN} here: name a file of golden questions, or run this from the "
            f"repository's root"
        )
    cases = read_cases(path)
    # Before the run, which takes a while and may save its results in the same file.
    baseline = read_baseline(Path(options.baseline)) if options.baseline else None
    gate = load_gate(settings.data_dir)
    with open_knowledge(settings, exclusive=True, gate=gate) as opened:
        results = evaluate(cases, answerer=opened.answerer, catalog=opened.catalog)
    if options.save:
        save_results(results, Path(options.save))
    if options.plot:
        draw_curve(results, Path(options.plot) / "risk_coverage.png", threshold=gate.threshold)
    changed = None if baseline is None else list(changes(results, baseline))
    if options.json:
        shown = report_json(results, threshold=gate.threshold)
        print(json.dumps(shown if changed is None else {**shown, "changes": changed}))
        return DONE
    print("\n".join(write_report(results, threshold=gate.threshold)))
    if changed is not None:
        print(f"\nchanges against {options.baseline}")
        print("\n".join(changed) or "none")
    return DONE


def _calibrate(options: argparse.Namespace, settings: KnowledgeSettings) -> int:
    """Fit the evidence gate to the tuning half of the golden questions and save it."""
    signals: dict[str, list[Signals]] = {"answer": [], "refusal": [], "harmless": []}
    with open_knowledge(settings, exclusive=True, gate=EvidenceGate.open()) as opened:
        for case in read_cases(Path(options.file)):
            # A real question with an order in it is answerable; nothing is learnt from it here.
            is_learnt = case.expect in signals or case.expect == "disambiguation"
            if case.split != "tune" or not is_learnt or (case.expect == "harmless" and case.facts):
                continue
            expect = "answer" if case.expect == "disambiguation" else case.expect
            trace = opened.answerer.answer(case.as_question()).trace
            # Of several questions in one message it is not known which are answerable.
            signals[expect] += [part.signals for part in trace] if len(trace) == 1 else []
    if not signals["answer"] or not signals["refusal"]:
        raise ConfigError(
            f"{options.file} has no questions to learn from: it takes some that articles answer "
            f"and some that none does, marked for tuning"
        )
    gate = fit_gate(
        signals["answer"],
        signals["refusal"],
        signals["harmless"],
        fingerprint=opened.embedder.name,
        max_false_refusals=options.max_false_refusals,
    )
    out = Path(options.out) if options.out else settings.data_dir / FITTED_GATE
    gate.save(out)
    fitted_on = sum(map(len, signals.values()))
    print(f"fitted on {fitted_on} questions; threshold {gate.threshold:.3f}; written to {out}")
    return DONE


def _each(
    options: argparse.Namespace,
    name: str,
    handle: Callable[[dict[str, Any]], tuple[Any, str]],
) -> int:
    """Handle the one question of the command line, or every line of a batch file."""
    if not options.batch:
        result, text = handle({name: options.text})
        print(json.dumps(result, ensure_ascii=False) if options.json else text)
        return DONE
    failed = False
    for line, row in _batch_rows(options.batch):
        try:
            result, _ = handle(row)
        except (KeyError, TypeError, ValueError) as exc:
            print(f"{options.batch}:{line}: {exc!r}", file=sys.stderr)
            failed = True
            continue
        if isinstance(result, dict):
            result = {"id": row.get("id"), **result}
        else:
            result = {"id": row.get("id"), "results": result}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return FAILED if failed else DONE


def _batch_rows(path: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"--batch: cannot read {path}: {exc}") from exc
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as exc:
            raise ConfigError(f"--batch: {path}:{number} is not JSON: {exc}") from exc
        if not isinstance(row, dict):
            raise ConfigError(f"--batch: {path}:{number} is not a JSON object")
        yield number, row


def _text(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        msg = f"{name} must be a string"
        raise TypeError(msg)
    return value


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        msg = "must be 1 or more"
        raise argparse.ArgumentTypeError(msg)
    return number


def _reply_json(reply: Reply) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "sentences": [],
        "sources": [],
        "closest": [],
        "options": [],
        "reason": "",
    }
    shown: dict[str, Any]
    match reply.outcome:
        case Answer() as answer:
            shown = {
                "kind": answer.kind,
                "text": plain_text(answer.sentences),
                "sentences": [
                    {"text": sentence.text, "citations": list(sentence.citations)}
                    for sentence in answer.sentences
                ],
                "sources": [asdict(source) for source in answer.sources],
                "closest": [asdict(section) for section in answer.closest],
                "options": [asdict(option) for option in answer.options],
                "reason": answer.note,
                # Several questions in one may be answered partly by the model.
                "mode": "extractive" if answer.mode in {"extractive", "fallback"} else "model",
            }
        case Refusal() as refusal:
            shown = {
                **empty,
                "kind": "refusal",
                "text": refusal.text,
                "closest": [asdict(section) for section in refusal.closest],
                "options": [asdict(option) for option in refusal.options],
                "reason": str(refusal.reason),
                "mode": "extractive",
            }
        case Chat() as chat:
            shown = {**empty, "kind": "chat", "text": chat.text, "mode": "extractive"}
        case _:
            assert_never(reply.outcome)
    return {**shown, "timings_ms": reply.timings_ms}


def _reply_text(reply: Reply) -> str:
    match reply.outcome:
        case Answer() as answer:
            lines = [plain_text(answer.sentences), ""]
            if answer.note:
                lines += [answer.note, ""]
            for source in answer.sources:
                heading = f" > {source.heading}" if source.heading else ""
                lines.append(f"[{source.n}] {source.title}{heading} {source.url}".rstrip())
            return "\n".join(lines)
        case Refusal() as refusal:
            lines = [refusal.text]
            for section in refusal.closest:
                lines.append(" > ".join(filter(None, (f"- {section.title}", section.heading))))
                lines += [f"  “{section.gist}”"] if section.gist else []
            return "\n".join(lines)
        case Chat() as chat:
            return chat.text


def _define_json(result: DefineResult) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "term": result.term,
        "text": result.text,
        "senses": [asdict(sense) for sense in result.senses],
        "sources": [asdict(source) for source in result.sources],
        "suggestions": list(result.suggestions),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m knowledge", description="Ask the knowledge base."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, handle: Any, text: str, summary: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=summary, description=summary)
        given = sub.add_mutually_exclusive_group(required=True)
        given.add_argument("text", nargs="?", metavar=text)
        given.add_argument("--batch", metavar="FILE.jsonl", help="one request a line, answers too")
        sub.add_argument("--json", action="store_true", help="print JSON on standard output")
        sub.set_defaults(handle=handle)
        return sub

    ask = command("ask", _ask, "QUESTION", "answer a question with citations")
    ask.add_argument("--explain", action="store_true", help="show how the answer came about")
    command("define", _define, "TERM", "define a term at once")
    search = command("search", _search, "QUERY", "list the passages found")
    search.add_argument("--top-k", type=_positive, default=10, help="how many (10)")

    status = commands.add_parser("status", help="show the chat model and what it was used for")
    status.add_argument("--json", action="store_true", help="print JSON on standard output")
    status.set_defaults(handle=_status)

    audit = commands.add_parser("audit", help="check that the audit trail is as it was written")
    audit.add_argument("--json", action="store_true", help="print JSON on standard output")
    audit.set_defaults(handle=_audit)

    evaluate_ = commands.add_parser("evaluate", help="measure answers against golden questions")
    evaluate_.add_argument(
        "file", nargs="?", metavar="FILE.jsonl", help=f"the golden questions ({GOLDEN})"
    )
    evaluate_.add_argument("--json", action="store_true", help="print JSON on standard output")
    evaluate_.add_argument("--save", metavar="FILE", help="write the outcome of every case")
    evaluate_.add_argument("--baseline", metavar="FILE", help="show what changed since --save")
    evaluate_.add_argument("--plot", metavar="DIR", help="draw the risk-coverage curve there")
    evaluate_.set_defaults(handle=_evaluate)

    calibrate = commands.add_parser("calibrate", help="fit the evidence gate to golden questions")
    calibrate.add_argument("file", metavar="FILE.jsonl", help="the golden questions")
    calibrate.add_argument("--out", metavar="FILE", help="what to write (in KB_DATA_DIR)")
    calibrate.add_argument("--max-false-refusals", type=float, default=0.08, metavar="SHARE")
    calibrate.set_defaults(handle=_calibrate)
    return parser


if __name__ == "__main__":
    sys.exit(main())
