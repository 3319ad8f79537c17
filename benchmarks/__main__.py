"""Runs every benchmark, one after the other: `python -m benchmarks [--data DIR]`."""

import runpy
import sys

BENCHMARKS = (
    "ingest_speed",
    "answer_time",
    "message_length",
    "kept_lines",
    "threads",
    "slack_time",
    "renderings",
    "model_path",
    "model_text",
    "faults.injection",
    "public.clapnq",
    "public.scifact",
    "public.langchain_side_by_side",
)

if __name__ == "__main__":
    for name in BENCHMARKS:
        print(f"\n== {name}", flush=True)
        sys.argv[0] = name
        try:
            runpy.run_module(f"benchmarks.{name}", run_name="__main__")
        except SystemExit as stop:
            if stop.code:
                print(f"{name} ended with {stop.code}", flush=True)
