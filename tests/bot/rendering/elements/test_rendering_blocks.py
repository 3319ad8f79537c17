from bot.rendering.elements.blocks import actions, block_chars, button, message, section, sections


def test_what_is_too_much_is_dropped_from_the_end_but_never_the_buttons() -> None:
    row = actions(button("Share", action_id="share_answer", value="a1"))

    many = message("text", [*(section(f"part {n}") for n in range(60)), row])
    long = message("text", [*(section("x" * 2_900) for _ in range(6)), row])

    assert (len(many.blocks), many.blocks[-1]) == (50, row)
    assert many.blocks[0] == section("part 0")
    assert (len(long.blocks), long.blocks[-1]) == (4, row)
    assert block_chars(long.blocks) <= 11_000


def test_parts_share_paragraphs_and_are_never_split() -> None:
    parts = ["a" * 1_500, "b" * 1_400, "\n" + "c" * 1_000, ""]

    blocks = sections(parts, separator="\n")

    assert [block["text"]["text"] for block in blocks] == [
        "a" * 1_500 + "\n" + "b" * 1_400,
        "c" * 1_000,
    ]


def test_a_message_without_words_still_says_something() -> None:
    empty = message(" ", [section(" ")])

    assert (empty.text, empty.blocks) == ("…", (section("…"),))
