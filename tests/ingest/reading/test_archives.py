"""ZIP archives: their files, and what is refused."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from ingest.limited.pool import open_pool
from ingest.reading.archives import MAX_TOTAL_BYTES
from ingest.reading.files import NotRead, RawFile
from knowledge.domain import Article
from knowledge.errors import ArticleError
from tests.ingest.reading.reading import error_in, found_in, zipped_files
from tests.workbench import open_workbench

PAGE_ID = "0123456789abcdef0123456789abcdef"


def test_files_are_read_under_their_folders_and_the_rest_is_counted() -> None:
    data = zipped_files(
        {
            "Rules/index.md": "Words of the rules.",
            "b.txt": "Words of b.",
            "a.png": b"x",
            "__MACOSX/b.txt": "x",
            ".hidden.md": "x",
        }
    )

    with open_pool() as pool:
        found = list(pool.read([RawFile(location="z.zip", data=data, suffix=".zip", stem="z")]))

    assert [(one.location, one.title) for one in found if isinstance(one, Article)] == [
        ("z.zip#Rules/index.md", "Rules"),
        ("z.zip#b.txt", "B"),
    ]
    assert [one for one in found if isinstance(one, NotRead)] == [NotRead(".png")]


def test_an_export_of_notion_has_clean_names_and_one_table_of_two() -> None:
    data = zipped_files(
        {
            f"Team {PAGE_ID}/Leave rules {PAGE_ID}.md": "# Leave rules\n\nTwenty days.",
            f"Team {PAGE_ID}/Rooms {PAGE_ID}.csv": "Name,Seats\nBlue,4\n",
            f"Team {PAGE_ID}/Rooms {PAGE_ID}_all.csv": "Name,Seats,Floor\nBlue,4,2\n",
        }
    )

    found = found_in(data, ".zip")

    assert [(one.location, one.stem) for one in found if isinstance(one, RawFile)] == [
        ("a.zip#Team/Leave rules.md", "Leave rules"),
        ("a.zip#Team/Rooms.csv", "Rooms"),
    ]
    assert sum("same table" in str(one) for one in found) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../../etc/x.md", "leads out of the archive"),
        ("/etc/x.md", "leads out of the archive"),
        ("C:/x.md", "leads out of the archive"),
        ("a/" * 40 + "x.md", "too deep"),
        ("inner.zip", "archive within an archive"),
    ],
)
def test_a_file_that_is_no_good_is_named_and_the_others_are_read(name: str, reason: str) -> None:
    found = found_in(zipped_files({name: "words", "good.md": "Good."}), ".zip")

    assert [one.location for one in found if isinstance(one, RawFile)] == ["a.zip#good.md"]
    (error,) = (one for one in found if isinstance(one, ArticleError))
    assert reason in error.reason


def test_bombs_and_too_much_are_refused_as_a_whole() -> None:
    bomb = zipped_files({"a.md": b" " * (20 * 2**20), "b.md": "Good."})
    large = BytesIO()
    with zipfile.ZipFile(large, "w", zipfile.ZIP_STORED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", b"x" * (MAX_TOTAL_BYTES // 3 + 1))

    assert "unpacks to more than can be read" in error_in(bomb, ".zip")
    assert "unpacks to more than can be read" in error_in(large.getvalue(), ".zip")


def test_a_backup_of_confluence_and_a_broken_archive_are_told() -> None:
    backup = zipped_files({"entities.xml": "<x/>", "exportDescriptor.properties": "x"})

    assert "export the space as HTML" in error_in(backup, ".zip")
    assert "damaged" in error_in(b"PK\x03\x04 cut", ".zip")


def test_an_archive_that_is_exported_anew_changes_only_what_changed(
    tmp_path: Path,
) -> None:
    pages = {f"{place}/Overview.md": f"Words of {place}." for place in ("north", "south")}
    file = tmp_path / "wiki.zip"
    file.write_bytes(zipped_files({**pages, "old.md": "Old words."}))

    with open_workbench(tmp_path / "data") as bench:
        first, again = bench.ingest(file), bench.ingest(file)
        pages["south/Overview.md"] = "Other words of the south."
        file.write_bytes(zipped_files(dict(pages)))
        third = bench.ingest(file)

    assert len(first.added) == 3
    assert (again.added, again.changed, len(again.unchanged)) == ((), (), 3)
    assert (len(third.changed), len(third.unchanged), third.removed) == (1, 1, ("old",))
    assert third.added == ()
