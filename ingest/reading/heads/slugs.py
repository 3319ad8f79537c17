"""Article ids and titles from names."""

import hashlib
import re
import unicodedata

__all__ = ["is_slug", "join_slugs", "slugify", "title_from_stem"]

_MAX_CHARS = 80
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
_APOSTROPHE = re.compile("['\u2019]")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def is_slug(text: str) -> bool:
    """Return whether `text` can be an article id as it stands."""
    return len(text) <= _MAX_CHARS and _SLUG.fullmatch(text) is not None


def slugify(text: str) -> str:
    """Return an id for `text`: its words in ASCII, joined by hyphens.

    Text whose script has no ASCII form keeps what has one and gets a hash, so that two titles
    stay two ids.
    """
    plain = unicodedata.normalize("NFKD", _APOSTROPHE.sub("", text))
    ascii_words = _NOT_ALNUM.sub("-", plain.casefold().encode("ascii", "ignore").decode())
    slug = _shorten(ascii_words.strip("-"))
    letters = sum(char.isalnum() for char in plain)
    kept = sum(char.isalnum() for char in ascii_words)
    if slug and kept * 2 >= letters:
        return slug
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{_shorten(slug, _MAX_CHARS - 13) or 'article'}-{digest}"


def join_slugs(slug: str, more: str) -> str:
    """Return an id of two slugs; one that would be too long is cut and gets a hash instead."""
    joined = f"{slug}-{more}"
    if len(joined) <= _MAX_CHARS:
        return joined
    digest = hashlib.sha256(joined.encode()).hexdigest()[:12]
    return f"{_shorten(slug, _MAX_CHARS - 13)}-{digest}"


def title_from_stem(stem: str) -> str:
    """Return a file's stem as words: `what-is_bpo` is "What is bpo"."""
    words = " ".join(re.split(r"[\s_-]+", stem)).strip()
    return words[:1].upper() + words[1:] or "Untitled"


def _shorten(slug: str, max_chars: int = _MAX_CHARS) -> str:
    if len(slug) <= max_chars:
        return slug
    whole_words, _, _ = slug[: max_chars + 1].rpartition("-")
    return whole_words.rstrip("-") or slug[:max_chars]
