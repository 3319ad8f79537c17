"""Blocks as the page draws them: one function for each kind that Slack knows here."""

from collections.abc import Callable, Mapping, Sequence

from bot.local_slack.web.drawing.controls import Form, control, deed, image, menu_or_field
from bot.local_slack.web.drawing.markup import Html, joined, tag
from bot.local_slack.web.drawing.spans import Reader, markdown, plain, rich_element, text_object
from bot.local_slack.workspace.values import Json

_STATES = {"pending": "○", "in_progress": "◐", "complete": "✓", "error": "✗"}
_STATE_NAMES = {
    "pending": "to do",
    "in_progress": "under way",
    "complete": "done",
    "error": "failed",
}


class UndrawableError(LookupError):
    """A block of a kind that the page does not know."""


def draw_blocks(
    blocks: Sequence[Json],
    reader: Reader,
    form: Form,
    *,
    errors: Mapping[str, str] | None = None,
) -> Html:
    """Return blocks one under the other, with what is said against the fields of each.

    Raises:
        UndrawableError: A block is of an unknown kind.
    """
    drawn = []
    for block in blocks:
        if block["type"] not in _DRAWN:
            raise UndrawableError(f"no way to draw a block {block['type']!r}")
        problem = (errors or {}).get(block.get("block_id", ""))
        error = tag("p", problem, class_="error", role="alert") if problem else None
        drawn.append(joined(_DRAWN[block["type"]](block, reader, form), error))
    return joined(*drawn)


def _divider(_block: Json, _reader: Reader, _form: Form) -> Html:
    return tag("hr")


def _header(block: Json, _reader: Reader, _form: Form) -> Html:
    return tag("h3", plain(block["text"]["text"]), class_="block-header")


def _section(block: Json, reader: Reader, form: Form) -> Html:
    parts = []
    if block.get("text"):
        parts.append(tag("div", text_object(block["text"], reader), class_="text"))
    if block.get("fields"):
        fields = [tag("div", text_object(field, reader)) for field in block["fields"]]
        parts.append(tag("div", *fields, class_="fields"))
    body = tag("div", *parts, class_="grow")
    if not block.get("accessory"):
        return tag("div", body, class_="section")
    side = control(block["accessory"], block["block_id"], form)
    return tag("div", body, tag("div", side, class_="accessory"), class_="section")


def _context(block: Json, reader: Reader, _form: Form) -> Html:
    parts = [
        image(element)
        if element["type"] == "image"
        else tag("div", text_object(element, reader), class_="text")
        for element in block["elements"]
    ]
    return tag("div", *parts, class_="context")


def _actions(block: Json, _reader: Reader, form: Form) -> Html:
    drawn = [control(element, block["block_id"], form) for element in block["elements"]]
    return tag("div", *drawn, class_="actions")


def _image(block: Json, _reader: Reader, _form: Form) -> Html:
    title = tag("figcaption", plain(block["title"]["text"])) if block.get("title") else None
    return tag("figure", title, image(block))


def _input(block: Json, _reader: Reader, form: Form) -> Html:
    element, block_id = block["element"], block["block_id"]
    ident = f"{form.prefix}-{block_id}"
    is_optional = bool(block.get("optional"))
    name = joined(
        plain(block["label"]["text"]),
        tag("span", " (optional)", class_="optional") if is_optional else None,
    )
    field = menu_or_field(element, block_id, form, ident=ident, required=not is_optional)
    hint = tag("small", plain(block["hint"]["text"])) if block.get("hint") else None
    go = None
    if block.get("dispatch_action"):
        send = deed("choose", block_id, element["action_id"])
        go = tag("button", "Send", type="submit", name="do", value=send, class_="button small")
    if element["type"] in {"radio_buttons", "checkboxes"}:
        return tag("fieldset", tag("legend", name), field, hint, go, class_="input")
    return tag("div", tag("label", name, for_=ident), field, hint, go, class_="input")


def _rich_text(block: Json, reader: Reader, _form: Form) -> Html:
    parts = [rich_element(element, reader) for element in block["elements"]]
    return tag("div", *parts, class_="rich")


def _markdown(block: Json, _reader: Reader, _form: Form) -> Html:
    return tag("div", markdown(block["text"]), class_="rich")


def _table(block: Json, reader: Reader, _form: Form) -> Html:
    heading, *rows = block["rows"]
    head = tag("tr", *(tag("th", _cell(cell, reader), scope="col") for cell in heading))
    body = [tag("tr", *(tag("td", _cell(cell, reader)) for cell in row)) for row in rows]
    table = tag("table", tag("thead", head), tag("tbody", *body))
    # It scrolls by itself on a narrow screen, and so must be reached by the keyboard.
    return tag("div", table, class_="table", tabindex=0, role="region", aria_label="Table")


def _cell(cell: Json, reader: Reader) -> Html:
    if cell["type"] == "rich_text":
        return joined(*(rich_element(element, reader) for element in cell["elements"]))
    return plain(str(cell.get("text", cell.get("value", ""))))


def _task_card(block: Json, reader: Reader, form: Form) -> Html:
    state = block.get("status", "pending")
    more = [
        _rich_text(block[name], reader, form) for name in ("details", "output") if name in block
    ]
    sources = [
        tag("a", source["text"], href=source["url"], target="_blank", rel="noopener noreferrer")
        for source in block.get("sources", ())
        if source["url"].startswith(("https://", "http://"))
    ]
    sign = tag("span", _STATES[state], class_=f"state {state}", aria_hidden="true")
    said = tag("span", f" ({_STATE_NAMES[state]})", class_="hidden")
    head = tag("p", sign, " ", plain(block["title"]), said)
    row = tag("p", *(joined(source, " ") for source in sources)) if sources else None
    return tag("div", head, *more, row, class_="task")


def _plan(block: Json, reader: Reader, form: Form) -> Html:
    tasks = [_task_card(task, reader, form) for task in block.get("tasks", ())]
    return tag("div", tag("p", tag("strong", plain(block["title"]))), *tasks, class_="plan")


def _container(block: Json, reader: Reader, form: Form) -> Html:
    title = tag("strong", plain(block["title"]["text"]))
    more = block.get("subtitle")
    subtitle = tag("span", plain(more["text"]), class_="subtitle") if more else None
    children = tag("div", draw_blocks(block["child_blocks"], reader, form), class_="children")
    if not block.get("is_collapsible"):
        return tag("section", tag("p", title, " ", subtitle), children, class_="container")
    is_open = not block.get("default_collapsed")
    summary = tag("summary", title, " ", subtitle)
    return tag("details", summary, children, class_="container", open=is_open)


_DRAWN: dict[str, Callable[[Json, Reader, Form], Html]] = {
    "divider": _divider,
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "markdown": _markdown,
    "table": _table,
    "task_card": _task_card,
    "plan": _plan,
    "container": _container,
}
