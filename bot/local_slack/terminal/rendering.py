"""Messages and views as a terminal shows them."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.emoji import Emoji
from rich.markdown import Heading, Markdown
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from bot.local_slack.blocks.mrkdwn import Span, parse_mrkdwn
from bot.local_slack.blocks.rules import elements, flat_blocks
from bot.local_slack.terminal.filling import SEPARATOR, inputs
from bot.local_slack.workspace.values import Json, Message

Names = Mapping[str, str]

_CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STYLES = {"bold": "bold", "italic": "italic", "strike": "strike", "code": "red"}
_STATES = {"pending": "○", "in_progress": "◐", "complete": "●", "error": "✗"}
_NO_NAMES: Names = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Something to press."""

    action_id: str
    value: str | None
    label: str


@dataclass(frozen=True, slots=True)
class _Prefixed:
    """Draws `prefix` in front of every line, wrapped ones included."""

    content: RenderableType
    prefix: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = max(options.max_width - len(self.prefix), 10)
        for line in console.render_lines(self.content, options.update(width=width), pad=False):
            yield Segment(self.prefix, Style(dim=True))
            yield from line
            yield Segment.line()


class _LeftHeading(Heading):
    LEVEL_ALIGN: ClassVar = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class _SlackMarkdown(Markdown):
    """Markdown whose headings stand at the left, as in Slack."""

    elements: ClassVar = {**Markdown.elements, "heading_open": _LeftHeading}


def controls(blocks: Sequence[Json]) -> tuple[Control, ...]:
    """Return what can be pressed in `blocks`, in the order in which it is numbered."""
    return tuple(
        control
        for block in flat_blocks(blocks)
        if block["type"] != "input"
        for element in elements(block)
        for control in _controls_of(element)
    )


def render_message(
    message: Message, *, names: Names = _NO_NAMES, first_number: int = 1
) -> RenderableType:
    """Return a message as its reader sees it; its controls are numbered from `first_number`."""
    head = Text(_clean(names.get(message.user, message.user)), style="bold")
    head.append(datetime.fromtimestamp(message.at).astimezone().strftime("  %H:%M"), style="dim")
    if message.history and not message.is_deleted and message.via != "stream":
        head.append("  (edited)", style="dim")
    parts: list[RenderableType] = [head]
    if message.visible_to:
        parts.insert(0, Text("Only visible to you", style="dim italic"))
    if message.is_deleted:
        parts.append(Text("This message was deleted.", style="dim italic"))
    elif message.blocks and message.bot_id:
        parts.append(render_blocks(message.blocks, names=names, first_number=first_number))
    else:
        parts.append(_mrkdwn(message.text, names))
    body = Group(*parts)
    return _Prefixed(body, "  │ ") if message.thread_ts else body


def render_view(view: Json, *, names: Names = _NO_NAMES, first_number: int = 1) -> RenderableType:
    """Return a modal or a Home tab."""
    title = _clean(view["title"]["text"]) if view.get("title") else "Home"
    body = render_blocks(view["blocks"], names=names, first_number=first_number)
    fields = len(inputs(view["blocks"]))
    how = f" {SEPARATOR} ".join(["..."] * fields)
    hint = [Text(f":submit {how}", style="dim")] if fields else []
    return Group(Rule(title, align="left"), body, *hint, Rule())


def render_blocks(
    blocks: Sequence[Json], *, names: Names = _NO_NAMES, first_number: int = 1
) -> RenderableType:
    """Return blocks one under the other."""
    numbers = itertools.count(first_number)
    return Group(*(_block(block, names, numbers) for block in blocks))


def _block(block: Json, names: Names, numbers: Iterator[int]) -> RenderableType:  # noqa: C901 (one case a type)
    match block["type"]:
        case "divider":
            return Rule(style="dim")
        case "header":
            return Text(_clean(block["text"]["text"]), style="bold underline")
        case "section":
            return _section(block, names, numbers)
        case "context":
            texts = [_mrkdwn(_object_text(e), names) for e in block["elements"]]
            return Styled(Group(*texts), "dim")
        case "actions" | "context_actions":
            return _buttons(block, numbers)
        case "markdown":
            return _SlackMarkdown(_clean(block["text"]))
        case "rich_text":
            return Group(*(_rich_element(element, names) for element in block["elements"]))
        case "table":
            return _table(block, names)
        case "image":
            return Text(f"[image: {_clean(block['alt_text'])}]", style="dim")
        case "input":
            return _input(block)
        case "task_card":
            return _task(block, names)
        case "plan":
            tasks = [_task(task, names) for task in block.get("tasks", ())]
            return Group(Text(_clean(block["title"]), style="bold"), *tasks)
        case "container":
            children = [_block(child, names, numbers) for child in block["child_blocks"]]
            title = Text(_clean(block["title"]["text"]), style="bold")
            return Group(title, _Prefixed(Group(*children), "  "))
        case other:
            return Text(f"[{_clean(other)}]", style="dim")


def _input(block: Json) -> RenderableType:
    label = f"{_clean(block['label']['text'])}{' (optional)' if block.get('optional') else ''}"
    options = block["element"].get("options", ())
    lines = [
        Text(f"  {number}. {_clean(option['text']['text'])}")
        for number, option in enumerate(options, 1)
    ]
    return Group(Text(f"{label}: ______" if not options else f"{label}:"), *lines)


def _section(block: Json, names: Names, numbers: Iterator[int]) -> RenderableType:
    parts: list[RenderableType] = []
    if block.get("text"):
        parts.append(_formatted(block["text"], names))
    if block.get("fields"):
        grid = Table.grid(padding=(0, 3), expand=True)
        cells = [_formatted(field, names) for field in block["fields"]]
        for left, right in itertools.zip_longest(cells[::2], cells[1::2], fillvalue=Text()):
            grid.add_row(left, right)
        parts.append(grid)
    if block.get("accessory"):
        parts.append(_buttons(block, numbers))
    return Group(*parts)


def _buttons(block: Json, numbers: Iterator[int]) -> Text:
    row = Text()
    for element in elements(block):
        if element["type"] == "image":
            row.append(f"[image: {_clean(element['alt_text'])}]", style="dim")
        for control in _controls_of(element):
            row.append(f" {next(numbers)} ", style="bold reverse")
            row.append(f" {_clean(control.label)}   ")
    return row


def _controls_of(element: Json) -> Iterator[Control]:
    action_id = element.get("action_id", "")
    if element["type"] == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            button = element[side]
            yield Control(action_id=action_id, value=button["value"], label=button["text"]["text"])
    elif "options" in element:
        for option in element["options"]:
            yield Control(action_id=action_id, value=option["value"], label=option["text"]["text"])
    elif element["type"] in {"button", "icon_button"}:
        label = element["text"]["text"]
        yield Control(action_id=action_id, value=element.get("value"), label=label)


def _table(block: Json, names: Names) -> Table:
    rows = [[_cell(cell, names) for cell in row] for row in block["rows"]]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for heading in rows[0]:
        table.add_column(heading)
    for row in rows[1:]:
        table.add_row(*row)
    return table


def _cell(cell: Json, names: Names) -> RenderableType:
    if cell["type"] == "rich_text":
        return Group(*(_rich_element(element, names) for element in cell["elements"]))
    return Text(_clean(str(cell.get("text", cell.get("value", "")))))


def _task(task: Json, names: Names) -> RenderableType:
    parts: list[RenderableType] = [
        Text(f"{_STATES.get(task.get('status', ''), '○')} {_clean(task['title'])}")
    ]
    parts += [_block(task[n], names, itertools.count()) for n in ("details", "output") if n in task]
    parts += [_styled([Span(text=s["text"], url=s["url"])]) for s in task.get("sources", ())]
    return Group(parts[0], _Prefixed(Group(*parts[1:]), "  ")) if parts[1:] else parts[0]


def _rich_element(element: Json, names: Names) -> RenderableType:
    match element["type"]:
        case "rich_text_list":
            return Group(*_list_items(element, names))
        case "rich_text_quote":
            return _Prefixed(_inlines(element, names), "▎ ")
        case "rich_text_preformatted":
            return _Prefixed(_inlines(element, names), "    ")
        case _:
            return _inlines(element, names)


def _list_items(element: Json, names: Names) -> Iterator[RenderableType]:
    indent = "  " * element.get("indent", 0)
    for number, item in enumerate(element["elements"], 1 + element.get("offset", 0)):
        sign = f"{number}." if element["style"] == "ordered" else "•"
        row = Table.grid(padding=(0, 1))
        row.add_row(f"{indent}{sign}", _inlines(item, names))
        yield row


def _inlines(element: Json, names: Names) -> Text:
    return _styled([_inline(part, names) for part in element["elements"]])


def _inline(part: Json, names: Names) -> Span:
    styles: Any = frozenset(name for name, is_on in part.get("style", {}).items() if is_on)
    match part["type"]:
        case "link":
            return Span(text=str(part.get("text", part["url"])), styles=styles, url=part["url"])
        case "user":
            return Span(text=f"@{names.get(part['user_id'], part['user_id'])}", styles=styles)
        case "channel":
            name = names.get(part["channel_id"], part["channel_id"])
            return Span(text=f"#{name}", styles=styles)
        case "emoji":
            return Span(text=f":{part['name']}:", styles=styles)
        case _:
            return Span(text=part.get("text", ""), styles=styles)


def _formatted(text: Json, names: Names) -> RenderableType:
    """Return a text object; only mrkdwn has markup."""
    if text["type"] == "mrkdwn":
        return _mrkdwn(text["text"], names)
    return Text(_emoji(_clean(text["text"])))


def _mrkdwn(text: str, names: Names) -> Group:
    return Group(*_lines(text, names))


def _lines(text: str, names: Names) -> Iterator[RenderableType]:
    for line in parse_mrkdwn(text, names):
        content = _styled(line.spans)
        match line.kind:
            case "quote":
                yield _Prefixed(content, "▎ ")
            case "code":
                yield _Prefixed(content, "    ")
            case _:
                yield content


def _styled(spans: Sequence[Span]) -> Text:
    text = Text()
    for span in spans:
        style = Style.parse(" ".join(_STYLES[s] for s in sorted(span.styles) if s in _STYLES))
        if span.url:
            style += Style(underline=True, link=_clean(span.url))
        shown = _clean(span.text)
        text.append(shown if "code" in span.styles else _emoji(shown), style=style)
    return text


def _object_text(element: Json) -> str:
    return str(element.get("text") or f"[image: {element.get('alt_text', '')}]")


def _emoji(text: str) -> str:
    return Emoji.replace(text)


def _clean(text: str) -> str:
    """Drop control characters: an article must not be able to steer the reader's terminal."""
    return _CONTROL_CHARS.sub("", text)
