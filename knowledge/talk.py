"""What people say to an assistant that is not a question about the field."""

import re

from knowledge.language import content_words, sentence_spans
from knowledge.models import Chat

__all__ = ["read_small_talk", "without_orders"]

SMALL_TALK = (
    (
        re.compile(r"(?:who|what) are you|are you (?:a |an )?(?:bot|robot|human|real|ai|person)|"
                   r"what(?:'s| is) your name|introduce yourself|is this a bot|"
                   r"(?:are you|is this) (?:chatgpt|gpt|an? (?:ai|llm).*)"),
        "I am a knowledge assistant, a program and not a person. I answer questions about "
        "outsourcing from a set of articles, and every sentence I say cites the passage it comes "
        "from. Ask me something, or use /define for a quick definition.",
    ),
    (
        re.compile(r"(?:what|how) (?:can|do|could) you (?:do|help|work|answer)"
                   r"(?: (?:for )?(?:me|us|here))?|help(?: me)?|"
                   r"what can (?:i|we) ask(?: you)?(?: about)?|how do i use (?:you|this).*|"
                   r"what do you know(?: about)?|(?:can|could) you help(?: me)?(?: (?:out|"
                   r"with) ?.{0,12})?|"
                   r"i (?:need|want) (?:some )?help"),
        "Ask me about business and knowledge process outsourcing: what terms mean, how models and "
        "contracts work, how services are priced, measured and governed. For example: “What is "
        "the difference between BPO and KPO?”, “How is AHT calculated?” or “What belongs in an "
        "exit plan?”. /define gives quick definitions.",
    ),
    (
        re.compile(r"(?:many )?(?:thanks?(?: you)?|thx|ty|cheers)(?: (?:so|very) much| a lot|"
                   r" a ton)?"
                   r"(?:[,.! ]+(?:that|this|you|it)?(?: really| just)?(?: (?:was|is|has|'s))? ?"
                   r"(?:help(?:ed|ful|s)|great|perfect|useful|all|very \w+).*)?|"
                   r"(?:that(?:'s| is| was) )?(?:great|perfect|awesome|super|nice|cool|helpful|"
                   r"very helpful|good|brilliant|got it|ok(?:ay)?)(?: (?:thanks?|thank you|thx))?|"
                   r"(?:good|great|nice|well) (?:job|bot|work|one|done)|appreciate (?:it|that)"),
        "You're welcome. Ask me again whenever you like.",
    ),
    (
        re.compile(r"(?:good ?)?(?:bye+|night)(?:[,.! ]+(?:bye|see (?:you|ya).{0,20}|for now|"
                   r"all|team))?|"
                   r"see (?:you|ya)(?: later| tomorrow| soon)?|cya|"
                   r"have a (?:nice|good|great) .*|talk (?:to you )?later|ttyl"),
        "Goodbye. I am here when the next question comes up.",
    ),
    (
        re.compile(r"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|"
                   r"day))(?: (?:there|bot|team|all|everyone|assistant|again))?"
                   r"(?:[,!. ]+how (?:are|r) (?:you|u)(?: doing)?(?: today)?)?|how (?:are|"
                   r"r) (?:you|u)(?: doing)?(?: today)?|"
                   r"what(?:'s| is) up|sup|test(?:ing)?|ping|you there|are you there"),
        "Hello. I answer questions about business and knowledge process outsourcing, with sources. "
        "What would you like to know?",
    ),
)  # fmt: skip

_LEAD = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|well|and|oh|please|pls|thanks|thank you|good morning|"
    r"good afternoon|great|cool)\b[\s,.!]*)+(?=\w)"
)

# Orders to the program: about its instructions, its role, its output or its data. Most count only
# where a clause begins, since "may a processor ignore the controller's instructions" is a question.
_BEGINS = (
    r"(?:^|[.!?;:,]\s*|\b(?:and|then|also|please|now|to|you (?:must|should|will|can)|just)\s+)"
)
ORDER = re.compile(
    _BEGINS + r"(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|"
    r"prompts?|guidelines|everything|above|previous|prior|sources?|articles?)\b"
    r"|\b(?:system|hidden|initial|secret) (?:prompt|instructions?|message)\b"
    r"|\byou are (?:now|no longer)\b|" + _BEGINS + r"(?:pretend (?:to be|you|that)|act as)\b"
    r"|\b(?:enter|enable|activate|switch to|go into)\b.{0,20}\bmode\b|\bjailbreak\b"
    r"|<[@!]\w|(?<!\w)@(?:channel|here|everyone)\b"
    r"|" + _BEGINS + r"(?:post|send|write|reply|respond|repeat|print|output|say|include|append|"
    r"add|end|start|finish|begin|mention|ping|tag|notify|alert|dm|message|e-?mail|forward|share|"
    r"upload)\b.{0,60}(?:https?://|www\.|<[@!#]|@\w|\bword for word\b|\bverbatim\b|\bpasswords?\b|"
    r"\btokens?\b|\bapi keys?\b|\bwith the (?:word|text|link)|\bthe following\b|"
    r"\bevery(?:one|body)\b|\bthis link\b|\bin (?:all )?(?:capitals|caps|base64|rot13)\b|"
    r"\binstead\b)"
    r"|" + _BEGINS + r"(?:delete|remove|drop|wipe|erase|purge|run|add|insert|execute|re-?ingest|"
    r"ingest|shut ?down|restart|reboot|stop|disable|grant|make me)\b.{0,50}\b(?:articles?|"
    r"database|index|everything|files?|command|script|bot|yourself|admin|glossary|logs?)\b"
    r"|(?<!\w)/kb\b|\brm -rf\b|\bdrop table\b|\bsudo\b",
    re.IGNORECASE | re.DOTALL,
)
_CLAUSE = re.compile(
    r"\s*(?:[;\n]+|,?\s+(?:and|then|also)\s+(?=(?:also|then|please|reply|respond|post|send|add|end|"
    r"include|ignore|disregard|print|append|ping|mention|tell|repeat|output|write|delete|run|say|"
    r"forget|notify|tag|dm|start|finish|begin)\b))\s*",
    re.IGNORECASE,
)


def read_small_talk(text: str) -> Chat | None:
    """Return the fixed reply to a greeting, thanks or a question about the assistant itself."""
    low = " ".join(re.sub(r"[^\w\s',.!?-]", " ", text.casefold()).split()).strip(" .!?,")
    bare = _LEAD.sub("", low).strip(" .!?,")
    for pattern, reply in SMALL_TALK:
        if pattern.fullmatch(low) or (bare and pattern.fullmatch(bare)):
            return Chat(text=reply)
    return None


def without_orders(text: str) -> str:
    """Return a message without its orders to the program; empty when nothing else was said.

    An order is a clause that wants the program to change its rules, its output or its data. What
    is left may be a question, which is answered; orders are never followed.
    """
    if not ORDER.search(text):
        return text
    kept = []
    for span in sentence_spans(" ".join(text.split())):
        clauses = [clause for clause in _CLAUSE.split(span.text) if clause]
        said = [clause for clause in clauses if not ORDER.search(clause)]
        if said:
            kept.append(" and ".join(said))
    rest = " ".join(kept)
    return rest if len(content_words(rest)) > 0 else ""
