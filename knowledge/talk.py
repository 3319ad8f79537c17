"""What people say to an assistant that is not a question about the field."""

import re

from knowledge.models import Chat

__all__ = ["read_small_talk"]

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


def read_small_talk(text: str) -> Chat | None:
    """Return the fixed reply to a greeting, thanks or a question about the assistant itself."""
    low = " ".join(re.sub(r"[^\w\s',.!?-]", " ", text.casefold()).split()).strip(" .!?,")
    bare = _LEAD.sub("", low).strip(" .!?,")
    for pattern, reply in SMALL_TALK:
        if pattern.fullmatch(low) or (bare and pattern.fullmatch(bare)):
            return Chat(text=reply)
    return None
