"""Reads bytes as a file of some kind, for the tests of readers."""

import zipfile
from io import BytesIO

from ingest.reading.files import RawFile
from ingest.reading.parsing import Parsed, parse_articles
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError


def found_in(data: bytes | str, suffix: str, *, stem: str = "shift_plan") -> list[Parsed]:
    data = data.encode() if isinstance(data, str) else data
    return list(parse_articles(RawFile(location=f"a{suffix}", data=data, suffix=suffix, stem=stem)))


def article_in(data: bytes | str, suffix: str) -> Article:
    (article,) = (one for one in found_in(data, suffix) if not isinstance(one, Remark))
    assert isinstance(article, Article), article
    return article


def remarks_in(data: bytes | str, suffix: str) -> list[str]:
    return [one.text for one in found_in(data, suffix) if isinstance(one, Remark)]


def error_in(data: bytes | str, suffix: str) -> str:
    *_, error = found_in(data, suffix)
    assert isinstance(error, ArticleError), error
    assert "\n" not in error.reason
    return error.reason


def zipped(**parts: str | bytes) -> bytes:
    """Return an archive; `__` in a name is a slash, and `_dot_` a dot."""
    return zipped_files(
        {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    )


def zipped_files(parts: dict[str, str | bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()
