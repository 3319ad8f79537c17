from knowledge.errors import first_line


def test_an_error_without_words_is_named_by_its_kind() -> None:
    assert first_line(ValueError("bad\nmore")) == "bad"
    assert first_line(ValueError()) == "ValueError"
