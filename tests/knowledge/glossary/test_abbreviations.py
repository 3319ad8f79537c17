import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.glossary.abbreviations import Abbreviations, introduced

SAR = "statement of account reconciliation"


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        (f"Each month ends with the {SAR} (SAR).", "SAR", SAR),
        (f"The SAR ({SAR}) comes first.", "SAR", SAR),
        ("Statement Of Account Reconciliation (SAR)", "SAR", "Statement Of Account Reconciliation"),
        (f"It is the {SAR} (the “SAR”).", "SAR", SAR),
        (f"It is the {SAR} (SAR, monthly).", "SAR", SAR),
        (f"It is the “{SAR}” (SAR).", "SAR", SAR),
        (f"Papers (such as the {SAR} (SAR)) are kept.", "SAR", SAR),
        ("service level agreements (SLAs)", "SLA", "service level agreements"),
        ("SLAs (service level agreements)", "SLA", "service level agreements"),
        ("the first-contact resolution (FCR)", "FCR", "first-contact resolution"),
        ("a build-own-operate-transfer (BOOT) deal", "BOOT", "build-own-operate-transfer"),
        ("financial planning and analysis (FP&A)", "FP&A", "financial planning and analysis"),
        ("PDCA (plan, do, check, act)", "PDCA", "plan, do, check, act"),
        ("the European Economic Area (EEA)", "EEA", "European Economic Area"),
        ("the average turnaround time (TAT)", "TAT", "turnaround time"),
        ("the Truth in Lending Act (TILA)", "TILA", "Truth in Lending Act"),
        ("business process as a service (BPaaS)", "BPaaS", "business process as a service"),
        ("at the end of financial year 2023 (FY2023)", "FY2023", "financial year 2023"),
    ],
)
def test_a_short_form_beside_its_long_form_is_found(text: str, short: str, long: str) -> None:
    assert list(introduced(text)) == [(short, long)]


@pytest.mark.parametrize(
    "text",
    [
        "calls are scored (see Figure 2)",
        "the ST (see Table 2)",
        "in India (2019)",
        "around the clock (24/7)",
        "an external gateway box (e.g. X)",
        "an external gateway (e.g.)",
        "statements and reports (sar)",
        "all of the accounts (optional)",
        "a plan (B)",
        "a very large international organisation (VERYLARGEINT)",
        f"The {SAR}. See there (SAR)",
        f"The {SAR}: see there (SAR)",
        "statement of account (or ledger) reconciliation (SAR)",
        "the reconciliation (SAR)",
        "automation (AI)",
        "it is in technology (IT)",
        "Manila (main office in Lagos area)",
        "SAR ()",
        "(SAR)",
        "((SAR)",
        "",
    ],
)
def test_other_brackets_introduce_nothing(text: str) -> None:
    assert list(introduced(text)) == []


def test_a_long_form_has_no_more_words_than_the_short_form_can_stand_for() -> None:
    assert list(introduced("sums of quite a few large accounts (SA)")) == []


@given(st.text(alphabet="SARsar ()-,;.&“”\n", max_size=80))
def test_whatever_is_found_stands_in_the_text(text: str) -> None:
    plain = " ".join(text.split())

    for short, long in introduced(text):
        assert short in plain
        assert long in plain


def test_names_are_found_however_they_are_written() -> None:
    known = Abbreviations([f"The {SAR} (SAR)."])

    assert known.long_forms("sar") == known.long_forms("SARs") == (SAR,)
    assert known.short_forms("Statements of account-reconciliation") == ("SAR",)
    assert known.long_forms("SLA") == known.short_forms("service level") == ()
    assert known.longest == 4


def test_one_long_form_written_in_several_ways_is_one_and_two_are_two() -> None:
    known = Abbreviations(
        [f"The {SAR} (SAR).", f"The {SAR.title()}s (SARs).", "A special audit report (SAR)."]
    )

    assert known.long_forms("SAR") == (SAR, "special audit report")


@pytest.mark.parametrize("text", ["They aim high.", "What is the aim?"])
def test_a_short_form_that_is_an_everyday_word_counts_in_capitals_only(text: str) -> None:
    known = Abbreviations(["The account index of Manila (AIM).", text])

    assert known.long_forms("aim") == known.long_forms("Aim") == ()
    assert known.long_forms("AIM") == ("account index of Manila",)


def test_a_stop_word_is_no_short_form_unless_it_is_in_capitals() -> None:
    known = Abbreviations(["The World Health Organization (WHO)."])

    assert known.long_forms("who") == known.long_forms("Who") == ()
    assert known.long_forms("WHO") == ("World Health Organization",)
