"""Pure: makes false twins of true sentences by rule, as fluent as rules can make them.

What people wrote is better, but there is too little of it to learn how a figure, a name or a denial
is compared.
"""

import random
import re
from collections.abc import Callable, Sequence

__all__ = ["KINDS", "Twin", "make_twin"]

Twin = tuple[str, str, str]
"""Its kind, its label and its text."""
Change = Callable[[str, Sequence[str], random.Random], str]
"""Takes a sentence and other sentences of its passages; "" when it has nothing to change."""

FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(r"(?<![.?!:] )(?<!^)\b(?:[A-Z][A-Za-z0-9&-]*[A-Za-z0-9](?: [A-Z][a-z]+)*)")
NOUNS = re.compile(r"\b[a-z]{5,}\b")
AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|may|might|must|should|will|would|has|have|does|do)\b(?! not)"
)
DENIAL = re.compile(
    r"(?<=\bis)(?: not)|(?<=\bare)(?: not)|(?<=\bcan)not\b|\b(?:not|never) |n't\b|\bno (?=[a-z])"
)
CONTRAST = re.compile(
    r",? (?:but|unless|except|although|though|provided that|only if) |; however,? "
)
CONDITION = re.compile(
    r"^(?:If|When|Unless|Where) [^,]+, |,? (?:if|unless|when|only) [^,.]+(?=\.$)"
)
TAIL = re.compile(r",? (?:because|so|which|since|while|and|as) [^,;:]{12,90}(?=\.$)")
LISTED = re.compile(r", ([\w -]{4,30}) and ")
WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve",
    "fifteen", "twenty", "thirty", "forty", "fifty",
)  # fmt: skip
UNITS = (
    ("days", "weeks"), ("weeks", "months"), ("months", "years"), ("hours", "days"),
    ("minutes", "hours"), ("million", "billion"), ("thousand", "million"), ("half", "a third"),
    ("monthly", "yearly"), ("weekly", "daily"), ("metres", "kilometres"), ("twice", "three times"),
    ("January", "June"), ("March", "October"), ("Monday", "Friday"), ("morning", "evening"),
)  # fmt: skip
OPPOSITES = (
    ("higher", "lower"), ("more", "less"), ("more", "fewer"), ("before", "after"),
    ("increases", "decreases"), ("increase", "decrease"), ("rise", "fall"), ("rises", "falls"),
    ("rising", "falling"), ("cheaper", "dearer"), ("longer", "shorter"), ("long", "short"),
    ("first", "last"), ("always", "never"), ("with", "without"), ("internal", "external"),
    ("early", "late"), ("earlier", "later"), ("largest", "smallest"), ("best", "worst"),
    ("easier", "harder"), ("easy", "hard"), ("faster", "slower"), ("strong", "weak"),
    ("stronger", "weaker"), ("larger", "smaller"), ("large", "small"), ("includes", "excludes"),
    ("inside", "outside"), ("above", "below"), ("minimum", "maximum"), ("at least", "at most"),
    ("up to", "at least"), ("more than", "less than"), ("over", "under"), ("gains", "loses"),
    ("new", "old"), ("public", "private"), ("reduces", "raises"), ("reduce", "raise"),
    ("simple", "complex"), ("fixed", "variable"), ("same", "different"), ("allowed", "forbidden"),
    ("requires", "forbids"), ("accepts", "refuses"), ("gives up", "keeps"), ("starts", "ends"),
    ("begins", "ends"), ("buys", "sells"), ("pays", "receives"), ("lower", "raise"),
    ("north", "south"), ("east", "west"), ("cold", "warm"), ("rarely", "often"), ("few", "many"),
    ("most", "few"), ("supports", "prevents"), ("helps", "harms"), ("improves", "worsens"),
    ("open", "closed"), ("safe", "dangerous"), ("possible", "impossible"),
    ("optional", "mandatory"),
    ("together", "separately"), ("temporary", "permanent"), ("direct", "indirect"),
    ("onshore", "offshore"), ("domestic", "foreign"), ("manual", "automatic"),
)  # fmt: skip
PARTIES = (
    ("client", "provider"), ("clients", "providers"), ("buyer", "seller"), ("customer", "supplier"),
    ("customers", "suppliers"), ("employer", "employee"), ("employees", "employers"),
    ("vendor", "client"), ("vendors", "clients"), ("company", "vendor"), ("parent", "subsidiary"),
    ("insurer", "policyholder"), ("bank", "borrower"), ("teachers", "pupils"),
    ("parents", "children"),
    ("doctors", "patients"), ("tenant", "landlord"), ("men", "women"), ("users", "developers"),
    ("manager", "staff"), ("agents", "callers"), ("state", "city"), ("buyers", "sellers"),
    ("you", "the provider"), ("your", "the provider's"), ("BPO", "KPO"), ("RTO", "RPO"),
    ("SLA", "KPI"), ("PEO", "EOR"), ("India", "Poland"), ("RFP", "RFI"), ("owner", "tenant"),
)  # fmt: skip
HEDGES = (
    ("may", "will"), ("can", "must"), ("might", "does"), ("could", "will"), ("often", "always"),
    ("usually", "always"), ("typically", "always"), ("generally", "always"),
    ("sometimes", "always"),
    ("normally", "always"), ("some", "all"), ("many", "all"), ("most", "all"), ("should", "may"),
    ("must", "may"), ("several", "all"), ("rarely", "never"), ("mainly", "only"),
    ("about", "exactly"),
    ("commonly", "always"), ("tends to", "is certain to"), ("likely", "certain"),
    ("must", "need not"),
    ("usually ", ""), ("often ", ""), ("sometimes ", ""), ("can ", ""), ("almost ", ""),
    ("mostly ", ""), ("only ", ""), ("partly ", ""), ("at least ", ""), ("up to ", ""),
)  # fmt: skip
CLAIMS = (
    "which guarantees success", "and it always saves money", "at no extra cost", "in every country",
    "and this is required by law", "which makes it the best choice for everyone",
    "and experts agree on this", "so no further checks are needed", "within thirty days",
    "and most of them are satisfied with it", "as a recent survey showed",
    "which is why it was introduced in the first place", "and nothing else is needed",
)  # fmt: skip


def make_twin(
    sentence: str, others: Sequence[str], dice: random.Random, *, kinds: Sequence[str] = ()
) -> Twin | None:
    """Return a false twin of a kind of chance, or None when no rule fits.

    `others` lend figures, names and clauses.
    """
    order = list(kinds or KINDS)
    dice.shuffle(order)
    for kind in order:
        label, change = KINDS[kind]
        text = change(sentence, others, dice).strip()
        if text and text != sentence:
            return kind, label, text[:1].upper() + text[1:]
    return None


def _figure(text: str, others: Sequence[str], dice: random.Random) -> str:
    found = list(FIGURE.finditer(text))
    if not found:
        places = [m for m in re.finditer(r"\b[a-z]+\b", text) if m[0] in WORDS]
        if not places:
            return ""
        one = dice.choice(places)
        near = [word for word in WORDS if word != one[0]]
        return text[: one.start()] + dice.choice(near) + text[one.end() :]
    one = dice.choice(found)
    lent = [m for other in others for m in FIGURE.findall(other) if m not in text]
    if lent and dice.random() < 0.5:
        new = dice.choice(lent)
    else:
        digits = list(one[0])
        at = dice.choice([n for n, digit in enumerate(digits) if digit.isdigit()])
        digits[at] = dice.choice([d for d in "123456789" if d != digits[at]])
        new = "".join(digits)
    return text[: one.start()] + new + text[one.end() :]


def _name(text: str, others: Sequence[str], dice: random.Random) -> str:
    found = list(NAME.finditer(text))
    lent = [m for other in others for m in NAME.findall(other) if m not in text]
    if not found or not lent:
        return ""
    one = dice.choice(found)
    return text[: one.start()] + dice.choice(lent) + text[one.end() :]


def _exchange(text: str, _others: Sequence[str], dice: random.Random) -> str:
    """Exchange two words: who does what to whom."""
    pattern = NAME if dice.random() < 0.4 else NOUNS
    words = sorted(set(pattern.findall(text)))
    dice.shuffle(words)
    if len(words) < 2 or words[0][:4] == words[1][:4]:
        return ""
    one, other = words[:2]
    return re.sub(
        rf"\b(?:{re.escape(one)}|{re.escape(other)})\b",
        lambda found: other if found[0] == one else one,
        text,
    )


def _denied(text: str, _others: Sequence[str], dice: random.Random) -> str:
    found = list(AUXILIARY.finditer(text))
    if not found:
        return ""
    one = dice.choice(found[:3])
    new = "cannot" if one[0] == "can" else f"{one[0]} not"
    return text[: one.start()] + new + text[one.end() :]


def _affirmed(text: str, _others: Sequence[str], _dice: random.Random) -> str:
    return DENIAL.sub("", text, count=1)


def _yes_no(text: str, _others: Sequence[str], _dice: random.Random) -> str:
    if text.startswith("Yes,"):
        return "No," + text[4:]
    return "Yes," + text[3:] if text.startswith("No,") else ""


def _swapped(pairs: Sequence[tuple[str, str]], *, both: bool = True) -> Change:
    def change(text: str, _others: Sequence[str], dice: random.Random) -> str:
        ways = [*pairs, *((new, old) for old, new in pairs)] if both else list(pairs)
        dice.shuffle(ways)
        for old, new in ways:
            start = r"\b" if old[0].isalnum() else ""
            end = r"\b" if old[-1].isalnum() else ""
            if re.search(f"{start}{re.escape(old)}{end}", text):
                return re.sub(f"{start}{re.escape(old)}{end}", new, text, count=1)
        return ""

    return change


def _exchanged(text: str, _others: Sequence[str], dice: random.Random) -> str:
    """Exchange two parties of one sentence."""
    ways = [pair for pair in PARTIES if all(re.search(rf"\b{word}\b", text) for word in pair)]
    if not ways:
        return ""
    one, other = dice.choice(ways)
    return re.sub(rf"\b(?:{one}|{other})\b", lambda f: other if f[0] == one else one, text)


def _cut(text: str, _others: Sequence[str], _dice: random.Random) -> str:
    found = CONTRAST.search(text)
    if not found or len(text[: found.start()].split()) < 4:
        return ""
    return text[: found.start()].rstrip(",;") + "."


def _unconditioned(text: str, _others: Sequence[str], _dice: random.Random) -> str:
    return CONDITION.sub("", text, count=1)


def _added(text: str, others: Sequence[str], dice: random.Random) -> str:
    tails = [found[0] for other in others if other != text and (found := TAIL.search(other))]
    if not tails or dice.random() < 0.3:
        return f"{text.rstrip('.')}, {dice.choice(CLAIMS)}."
    return f"{text.rstrip('.')}{dice.choice(tails)}."


def _listed(text: str, others: Sequence[str], dice: random.Random) -> str:
    """Put something else into a list."""
    found = LISTED.search(text)
    lent = [m for other in others if other != text for m in NOUNS.findall(other) if m not in text]
    if not found or len(lent) < 2:
        return ""
    new = dice.choice(lent)
    if dice.random() < 0.5:
        return text[: found.start(1)] + new + text[found.end(1) :]
    return text[: found.start()] + f", {new}" + text[found.start() :]


def _spliced(text: str, others: Sequence[str], dice: random.Random) -> str:
    """Give what one sentence speaks of to what another one says."""
    verb = r" (?:is|are|was|were|has|have|can|may|must|should|means|covers|needs|will) "
    ways = [other for other in others if other[:12] != text[:12] and re.search(verb, other[10:])]
    one = re.search(verb, text)
    if one is None or not ways:
        return ""
    other = dice.choice(ways)
    two = re.search(verb, other)
    return text[: one.start()] + other[two.start() :] if two else ""


def _replaced(text: str, others: Sequence[str], dice: random.Random) -> str:
    """Put a word of another sentence in the place of one."""
    words = list(NOUNS.finditer(text))
    lent = [m for other in others for m in NOUNS.findall(other) if m not in text]
    if len(words) < 3 or not lent:
        return ""
    one = dice.choice(words)
    ending = one[0][-2:]
    alike = [word for word in lent if word.endswith(ending)] or lent
    return text[: one.start()] + dice.choice(alike) + text[one.end() :]


KINDS: dict[str, tuple[str, Change]] = {
    "figure": ("contradicted", _figure),
    "unit": ("contradicted", _swapped(UNITS)),
    "name": ("contradicted", _name),
    "exchange": ("contradicted", _exchange),
    "denied": ("contradicted", _denied),
    "affirmed": ("contradicted", _affirmed),
    "yes or no": ("contradicted", _yes_no),
    "opposite": ("contradicted", _swapped(OPPOSITES)),
    "party": ("contradicted", _swapped(PARTIES)),
    "parties": ("contradicted", _exchanged),
    "hedge": ("contradicted", _swapped(HEDGES, both=False)),
    "cut": ("contradicted", _cut),
    "condition": ("contradicted", _unconditioned),
    "added": ("absent", _added),
    "listed": ("absent", _listed),
    "spliced": ("absent", _spliced),
    "replaced": ("absent", _replaced),
}
