"""Draws `picture.svg`: a conversation with the real bot in the local Slack's terminal.

Run it from the repository's root after a change to what people see: `python docs/picture.py`.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

LINES = (
    "@bot What is a service credit?",
    "/define KPO",
    ":new",
    "@bot Which payroll provider does Acme use?",
)
WIDTH = 84
PICTURE = Path(__file__).with_name("picture.svg")
# A picture must not fetch anything, so the fonts that rich links to are left out.
SVG_FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)


def main() -> None:
    """Ask the bot and draw what the terminal shows."""
    with tempfile.TemporaryDirectory() as data_dir:
        _run("ingest", "--json", data_dir=data_dir)
        shown = _run("bot", "--local", data_dir=data_dir, typed="\n".join(LINES))
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(shown.strip()))
    svg = console.export_svg(
        title="python -m bot", theme=MONOKAI, code_format=SVG_FORMAT, unique_id="picture"
    )
    PICTURE.write_text(svg, encoding="utf-8")


def _run(module: str, *arguments: str, data_dir: str, typed: str = "") -> str:
    inherited = dict(os.environ)  # noqa: TID251 (handed on, not read)
    settings = {"KB_DATA_DIR": data_dir, "COLUMNS": str(WIDTH)}
    colours = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color"}
    done = subprocess.run(  # noqa: S603 (this program itself)
        [sys.executable, "-m", module, *arguments],
        input=typed,
        env=inherited | settings | colours,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
