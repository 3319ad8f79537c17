"""Bytes of unknown origin to clean text: decoding, and characters nobody should index."""

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from knowledge.errors import ArticleError

__all__ = ["clean_text", "decode"]

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an Office document"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "a Rich Text document"),
)

# UTF-32 first: its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_MAX_CONTROL_SHARE = 0.02
_DETECTION_BYTES = 256 * 1024

# Line and paragraph separators, next line, vertical tab, form feed and both returns.
_NEWLINE = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ufffd]")

# Invisible characters hide text from people or from matching: controls, lone surrogates, format
# characters (zero-width, bidirectional, tags), fillers, variation selectors, and the private use
# area, which saved pages fill with the glyphs of icon fonts.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2"
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ud800-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
# The look-behind keeps long runs of spaces from being scanned once from each of them.
_TRAILING_SPACE = re.compile(r"(?<! ) +$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")

# Bytes that Western European text in Windows-1252 does not have; with one of them it is another
# encoding.
_NOT_WESTERN = re.compile(
    rb"[\x81\x83\x88\x89\x8d\x8f\x90\x98\x9d\x9f\xa2\xa4\xa6\xa8\xac\xaf\xb1\xb3\xb5\xb6\xb8\xb9]"
)
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")


def decode(data: bytes, *, location: str, declared: str = "") -> str:
    """Return `data` as text; `declared` is the encoding that the file itself names, if any.

    A byte order mark decides first, then valid UTF-8, the declared encoding, and detection.

    Raises:
        ArticleError: when the bytes are empty, are not text, or no encoding fits them.
    """
    if not data.strip():
        raise ArticleError("is empty; write something or delete it", location=location)
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise _not_text(f"it is {kind}", location)
    text = _decode(data, declared)
    if text is None:
        raise ArticleError(
            "has an encoding that cannot be recognised; save it as UTF-8", location=location
        )
    controls = len(_CONTROL.findall(text))
    if controls > max(3, _MAX_CONTROL_SHARE * len(text)):
        raise _not_text("it is full of control characters", location)
    return text


def clean_text(text: str) -> str:
    r"""Return `text` in NFC with `\n` newlines, plain spaces and nothing invisible.

    No control character but the newline is left; runs of blank lines become one. Cleaning twice
    changes nothing.
    """
    text = _NEWLINE.sub("\n", text)
    text = _SPACE.sub(" ", text).expandtabs(4)
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _TRAILING_SPACE.sub("", text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def _decode(data: bytes, declared: str) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if wide := _wide_encoding(data):
        return data.decode(wide, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _mended_utf8(data) or _declared(data, declared) or _western(data) or _detected(data)


def _wide_encoding(data: bytes) -> str | None:
    """Name UTF-16 without a mark: mostly Latin text has a zero in every other byte."""
    sample = data[: 4096 - len(data[:4096]) % 2]
    half = len(sample) // 2
    if half < 2:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.6 and even < 0.1:
        return "utf-16-le"
    if even > 0.6 and odd < 0.1:
        return "utf-16-be"
    return None


def _mended_utf8(data: bytes) -> str | None:
    """Decode UTF-8 in which a few stray bytes of Windows-1252 were pasted."""
    text = data.decode("utf-8", "surrogateescape")
    strays = len(_ESCAPED_BYTE.findall(text))
    wide = sum(map(len, re.findall("[^\x00-\x7f]+", text))) - strays
    if wide < 2 * strays:
        return None
    return _ESCAPED_BYTE.sub(
        lambda match: bytes([ord(match[0]) - 0xDC00]).decode("cp1252", "replace"), text
    )


def _declared(data: bytes, declared: str) -> str | None:
    try:
        # Browsers read what calls itself Latin-1 or ASCII as Windows-1252, and so do we.
        name = codecs.lookup(declared).name if declared else ""
        if name in {"", "utf-8", "ascii", "iso8859-1"}:
            return None
        return data.decode(name)
    except (LookupError, ValueError):
        return None


def _western(data: bytes) -> str | None:
    # A quarter leaves room for the most accented language and none for another script.
    if _NOT_WESTERN.search(data) or len(_BEYOND_ASCII.findall(data)) * 4 > len(data):
        return None
    return data.decode("cp1252")


def _detected(data: bytes) -> str | None:
    match = from_bytes(data[:_DETECTION_BYTES]).best()
    return None if match is None else data.decode(match.encoding, "replace")


def _not_text(why: str, location: str) -> ArticleError:
    return ArticleError(
        f"is not text: {why}; export it as Markdown, HTML or plain text", location=location
    )
