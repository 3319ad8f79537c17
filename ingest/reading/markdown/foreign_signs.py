"""Signs that other programs put into Markdown: what people see of them stays, and no more.

Builders of sites have shortcodes, template variables and attributes of headings; keepers of notes
have wiki links, callouts and block ids. All patterns are bounded, so that a long text is read in
time that grows with its length.
"""

import re

__all__ = ["count_comments", "drop_foreign_signs"]

_COMMENTS = re.compile(
    r"\{%-?\s*comment\b[^%]{0,300}%\}.*?(?:\{%-?\s*endcomment\s*-?%\}|\Z)"
    r"|\{\{[<%]\s*/\*.*?(?:\*/\s*[>%]\}\}|\Z)|%%.{0,2000}?%%|\{# .{0,2000}? #\}",
    re.DOTALL,
)
_TAG = r"(?:\{%-?[^%{}]{0,1000}(?:%(?!\})[^%{}]{0,200}){0,20}-?%\}|\{\{[<%][^{}]{0,1000}[>%]\}\})"
_LONE_TAGS = re.compile(rf"^[ \t]*{_TAG}(?:[ \t]*{_TAG})*[ \t]*$", re.MULTILINE)
_ANY_TAG = re.compile(_TAG)
_ADDRESS = re.compile(rf"\]\(\s*(?:{_TAG}|\{{\{{[^{{}}\n]{{0,300}}\}}\}})([^()\n]{{0,1000}})\)")
_QUOTED = re.compile(r"\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'")
_SHOWN = re.compile(
    r"\b(?:title|summary|header|label|caption|text)\s*=\s*(?:\"([^\"\n]{1,300})\"|'([^'\n]{1,300})')"
)
_VARIABLE = re.compile(r"\$?\{\{[^{}\n]{0,300}\}\}")
_LONE_VARIABLE = re.compile(r"^[ \t]*\{\{[^{}\n]{0,300}\}\}[ \t]*$", re.MULTILINE)
_PATH = re.compile(r"[\w.#?=&%~+-]*(?:/|\.[A-Za-z0-9]{2,5}$)\S*|https?:\S*")

_HEADING_ATTRIBUTES = re.compile(
    r"^(#{1,6}[ \t].{0,500}?)[ \t]*\{[#.:][^{}\n]{0,300}\}[ \t]*#*$", re.MULTILINE
)
_SETEXT_ATTRIBUTES = re.compile(
    r"[ \t]*\{[#.:][^{}\n]{0,300}\}[ \t]*(?=\n[ \t]{0,3}(?:=+|-+)[ \t]*$)", re.MULTILINE
)
_ATTRIBUTE_LINE = re.compile(r"^[ \t]*\{:[^{}\n]{0,300}\}[ \t]*$", re.MULTILINE)
_ATTRIBUTES = re.compile(
    r"(?<=[)\]*_`])\{[:#.][^{}\n]{0,300}\}|\{:[^{}\n]{0,300}\}(?=[ \t]*$)", re.MULTILINE
)

# What MDX adds: modules, expressions and comments between braces.
_MODULE = re.compile(
    r"^import[ \t]+(?:[\w{}*$, \t]{1,300}[ \t]from[ \t]+)?[\"'][^\"'\n]{1,300}[\"'];?[ \t]*$"
    r"|^export[ \t]+(?:const|let|var|function|default)\b[^\n]{0,1000}$",
    re.MULTILINE,
)
_BRACED_COMMENT = re.compile(r"\{/\*.{0,2000}?\*/\}", re.DOTALL)
_EXPRESSION = re.compile(r"^[ \t]*\{[A-Za-z_$][\w$.]{0,200}\}[ \t]*$", re.MULTILINE)
# What builders of sites add: pieces of other files, icons, words that are only hints.
_SNIPPET = re.compile(
    r"^[ \t]*-{1,3}8<-{1,3}[ \t]*(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}')?[ \t]*$", re.MULTILINE
)
_HINT = re.compile(r"^\*\[[^\[\]\n]{1,100}\]:[^\n]{0,500}$", re.MULTILINE)
_ICON = re.compile(r"(?<![\w:]):(?!\d)[a-z][a-z0-9_+]*(?:-[a-z0-9]+)*:(?![\w:`])")
_PAGE_CARD = re.compile(
    r"\{%-?[ \t]*content-ref\b[^%]{0,500}%\}.{0,1000}?\{%-?[ \t]*endcontent-ref[ \t]*-?%\}",
    re.DOTALL,
)

_EMBED = re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]")
_CONTENTS = re.compile(
    r"^[ \t]*(?:\[\[_?TOC_?\]\]|\[TOC\]|\$\{toc\})[ \t]*$", re.MULTILINE | re.IGNORECASE
)
_WIKI_LINK = re.compile(r"\[\[([^\[\]\n|]{1,300})(?:\|([^\[\]\n]{1,300}))?\]\](?:(?<=\]\])\])?")
_CALLOUT = re.compile(r"^((?:[ \t]*>)+[ \t]*)\[![\w -]{1,40}\][+-]?[ \t]*", re.MULTILINE)
_BLOCK_ID = re.compile(r"(?:^|[ \t]+)\^[A-Za-z][A-Za-z0-9-]{0,60}[ \t]*$", re.MULTILINE)
_MARKED = re.compile(r"==(?=[^\s=])([^=\n]{1,500})(?<=\S)==")
_CONTAINER = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:\{?[\w.# -]{0,60}\}|[\w-]{0,40})?[ \t]*(.{0,300})$", re.MULTILINE
)
_ADMONITION = re.compile(
    r"^(?:!!!|\?\?\?\+?)[ \t]+[\w -]{1,60}?(?:[ \t]+\"([^\"\n]{0,300})\")?[ \t]*$"
)
_FOOTNOTE = re.compile(r"^\[\^[^\[\]\s]{1,40}\]:[ \t]*", re.MULTILINE)
_FOOTNOTE_MARK = re.compile(r"\[\^[^\[\]\s]{1,40}\]")


def drop_foreign_signs(text: str) -> str:
    """Return Markdown that holds no code without the signs of other programs.

    The words of a link, a note, a title stay; comments go. A variable, whose value is not known
    here, becomes an ellipsis.
    """
    text = _MODULE.sub("", text)
    if "{" in text:
        text = _EXPRESSION.sub("", _BRACED_COMMENT.sub("", _PAGE_CARD.sub("", text)))
        text = _drop_templates(text)
    text = _HINT.sub("", _SNIPPET.sub("", text))
    text = _ICON.sub("", text) if ":" in text else text
    if "[[" in text:
        text = _CONTENTS.sub("", _EMBED.sub("", text))
        text = _WIKI_LINK.sub(
            lambda link: (link[2] or link[1].split("#")[0] or link[1]).strip(), text
        )
    if "[^" in text:
        text = _FOOTNOTE_MARK.sub("", _FOOTNOTE.sub("", text))
    if "!!!" in text or "???" in text:
        text = _drop_admonitions(text)
    text = _CONTENTS.sub("", _COMMENTS.sub("", text)) if "%%" in text or "TOC" in text else text
    text = _CALLOUT.sub(r"\1", text)
    text = _CONTAINER.sub(r"\1", text) if ":::" in text else text
    text = _BLOCK_ID.sub("", text) if "^" in text else text
    return _MARKED.sub(r"\1", text) if "==" in text else text


def count_comments(text: str) -> int:
    """Return how many comments of other programs stand in Markdown that holds no code."""
    return len(_COMMENTS.findall(text)) + len(_BRACED_COMMENT.findall(text))


def _drop_templates(text: str) -> str:
    text = _COMMENTS.sub("", text)
    text = _ADDRESS.sub(lambda found: f"]({_address(found[0])})", text)
    text = _LONE_TAGS.sub(lambda found: _shown(found[0], alone=True), text)
    text = _ANY_TAG.sub(lambda found: _shown(found[0], alone=False), text)
    text = _VARIABLE.sub("\N{HORIZONTAL ELLIPSIS}", _LONE_VARIABLE.sub("", text))
    text = _SETEXT_ATTRIBUTES.sub("", _HEADING_ATTRIBUTES.sub(r"\1", text))
    return _ATTRIBUTES.sub("", _ATTRIBUTE_LINE.sub("", text))


def _address(link: str) -> str:
    """Return where a link leads whose address a template makes, as far as that can be seen."""
    quoted = _QUOTED.search(link)
    start = (quoted[1] or quoted[2]) if quoted else ""
    rest = re.split(r"\}", link)[-1].rstrip(")")
    return re.sub(r"[\s()]", "", start + rest)


def _shown(tag: str, *, alone: bool) -> str:
    """Return the words that a reader sees of a tag."""
    if (named := _SHOWN.search(tag)) is not None:
        return named[1] or named[2]
    # Such as the name of a channel; a path or an address is not seen, nor is what is set.
    words = [
        one or other for one, other in _QUOTED.findall(re.sub(r"=\s*(\"[^\"]*\"|'[^']*')", "", tag))
    ]
    if len(words) != 1 or _PATH.fullmatch(words[0]):
        return ""
    return words[0] if not alone or " " in words[0] else ""


def _drop_admonitions(text: str) -> str:
    """Return the notes of MkDocs as paragraphs; their indent would make code of them."""
    lines, inside = [], False
    for line in text.split("\n"):
        if (opening := _ADMONITION.match(line)) is not None:
            inside = True
            lines += [opening[1] or "", ""]
        elif inside and (line.startswith("    ") or not line.strip()):
            lines.append(line[4:])
        else:
            inside = False
            lines.append(line)
    return "\n".join(lines)
