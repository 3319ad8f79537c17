import pytest

from knowledge.questions.advice import read_advice


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("should I sue my vendor?", "legal"),
        ("can we take the provider to court", "legal"),
        ("Is it legal for us to read the agents' mail?", "legal"),
        ("is my vendor liable for the fire", "legal"),
        ("are we breaking the law if we record calls", "legal"),
        ("do I have to pay tax on services from abroad", "tax"),
        ("how can we save VAT on invoices from Poland?", "tax"),
        ("is a service fee tax-deductible for my company", "tax"),
        ("which pills should I take on night shift", "medical"),
        ("what helps against my headaches", "medical"),
        ("which shares to buy", "investment"),
        ("should I invest in Wipro?", "investment"),
        ("is it a good time to sell our bonds", "investment"),
    ],
)
def test_a_question_of_what_to_do_asks_for_advice(question: str, kind: str) -> None:
    advice = read_advice(question)

    assert advice is not None
    assert advice.kind == kind


@pytest.mark.parametrize(
    "question",
    [
        "what is legal process outsourcing?",
        "what does our legal team have to review",
        "how is transfer pricing taxed?",
        "should we invest in training our agents",
        "should we share data with the provider?",
        "what is the market share of our vendor",
        "how much medical coding is outsourced?",
        "what drugs does pharma KPO research",
        "what is a liability cap?",
        "what issue should we raise first",
    ],
)
def test_a_question_about_such_a_field_asks_for_none(question: str) -> None:
    assert read_advice(question) is None
