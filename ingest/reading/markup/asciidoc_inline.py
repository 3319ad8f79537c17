"""Marks within a line of AsciiDoc: what a reader sees of them."""

import re
from collections.abc import Mapping
from typing import TypeAlias

__all__ = ["Attributes", "shown_text"]

Attributes: TypeAlias = dict[str, str]

_ATTRIBUTE = re.compile(r"(\\?)\{([\w-]{1,80})\}")
_KNOWN = {
    "nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "plus": "+", "pipe": "|", "vbar": "|",
    "empty": "", "blank": "", "sp": " ", "zwsp": "", "deg": "°", "startsb": "[", "endsb": "]",
    "apos": "'", "quot": '"', "asterisk": "*", "tilde": "~", "backtick": "`", "cpp": "C++",
}  # fmt: skip
_XREF = re.compile(
    r"<<([^<>,]{1,300})(?:,\s*([^<>]{1,500}))?>>|xref:([^\s\[\]]{1,300})\[([^\[\]]{0,500})\]"
)
_LINK = re.compile(
    r"(?:link:|mailto:)([^\s\[\]]{1,1000})\[([^\[\]]{0,500})\]"
    r"|(https?://[^\s\[\]<>]{1,1000})\[([^\[\]]{0,500})\]"
)
_MACRO = re.compile(
    r"\b(kbd|btn|menu|footnote|icon|image|stem|pass|indexterm2?|anchor):([^\s\[\]:]{0,300})\[([^\[\]]{0,1000})\]"
)
_ANCHOR = re.compile(
    r"\[\[[^\[\]]{1,200}\]\]|\(\(\([^()]{1,300}\)\)\)|\[#[\w.-]{1,100}\](?=[*_`#])"
)
_ROLE = re.compile(r"\[[\w.#%-]{1,100}\](?=[#*_`])")
_PASS = re.compile(r"(?<!\+)\+{2,3}([^+\n]{1,1000}?)\+{2,3}|`\+([^`\n]{1,1000}?)\+`")
_FORMATS = (
    re.compile(r"(?<![\w*])\*\*?(?=\S)([^*\n]{1,2000}?)(?<=\S)\*\*?(?![\w*])"),
    re.compile(r"(?<![\w_])__?(?=\S)([^_\n]{1,2000}?)(?<=\S)__?(?![\w_])"),
    re.compile(r"(?<![\w`])\"?``?(?=\S)([^`\n]{1,2000}?)(?<=\S)``?\"?(?![\w`])"),
    re.compile(r"(?<![\w#])##?(?=\S)([^#\n]{1,2000}?)(?<=\S)##?(?![\w#])"),
    re.compile(r"(?<!\^)\^([^\s^]{1,100})\^"),
    re.compile(r"(?<!~)~([^\s~]{1,100})~"),
)  # fmt: skip
_ESCAPE = re.compile(r"\\(?=[*_`#{<\[^~])")


def shown_text(text: str, attributes: Mapping[str, str]) -> str:
    """Return the words of a line, without marks and addresses; variables have their values."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[1] or found[2])
        return f"\ue000{len(kept) - 1}\ue001"

    text = _PASS.sub(keep, text)
    text = _ATTRIBUTE.sub(lambda found: _value(found, attributes), text)
    text = _XREF.sub(
        lambda link: (
            link[2] or link[4] or (link[1] or link[3]).strip("#").replace("_", " ").strip()
        ),
        text,
    )
    text = _LINK.sub(lambda link: _label(link[2] or link[4] or "") or link[1] or link[3], text)
    text = _ANCHOR.sub("", _MACRO.sub(_shown_macro, text))
    text = _ROLE.sub("", text)
    for form in _FORMATS:
        text = form.sub(r"\1", text)
    text = _ESCAPE.sub("", text)
    text = re.sub("\ue000(\\d+)\ue001", lambda mark: kept[int(mark[1])], text)
    return " ".join(text.split())


def _value(found: re.Match[str], attributes: Mapping[str, str]) -> str:
    if found[1]:
        return found[0][1:]
    name = found[2].lower()
    # A variable whose value is not known here becomes an ellipsis, as in other readers.
    return attributes.get(name, _KNOWN.get(name, "\N{HORIZONTAL ELLIPSIS}"))


def _label(text: str) -> str:
    return re.sub(r",?\s*(?:window|role|opts)=.*$|\^$", "", text).strip('" ')


def _shown_macro(macro: re.Match[str]) -> str:
    match macro[1]:
        case "menu":
            return " > ".join(filter(None, [macro[2], *re.split(r"\s*>\s*", macro[3])]))
        case "footnote":
            return f" ({macro[3]})" if macro[3] else ""
        case "icon" | "image" | "indexterm" | "anchor":
            return ""
        case _:
            return macro[3]
