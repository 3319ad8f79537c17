from knowledge.text.sections import read_sections

BODY = """\
Above all headings.

## One

First.

### Deeper *still*

| a | b |
| - | - |

## Empty

## Two

```
# no heading
```
"""


def test_each_heading_opens_a_section_named_by_its_trail() -> None:
    sections = read_sections(BODY, title="A")

    assert [(section.heading, section.body) for section in sections] == [
        ("", "Above all headings."),
        ("One", "First."),
        ("One > Deeper still", "| a | b |\n| - | - |"),
        ("Two", "```\n# no heading\n```"),
    ]


def test_a_heading_that_repeats_the_title_is_no_part_of_a_trail() -> None:
    [section] = read_sections("# A\n\nText.", title="A")

    assert section.heading == ""


def test_nothing_has_no_sections() -> None:
    assert read_sections(" \n\n# A\n", title="A") == ()
