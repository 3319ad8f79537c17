"""What people say to an assistant that is not a question about the field."""

import re

from knowledge.domain import Chat, Subject
from knowledge.text.unicode import normalised

__all__ = ["has_words", "read_small_talk"]

# Phrases as `_plain` leaves them, some to a line. A message of such phrases and fillers, and of
# nothing else, is small talk.
IDENTITY = r"""
    (who|what) (exactly )?(are|r) (you|u)( really| exactly)?
    (are|r) (you|u) (an? |really |even |just )*(bot|chatbot|robot|human|real|alive|person|machine)
    (are|r) (you|u) (an? |really |even |just )*(real person|program|ai|llm|chatgpt|gpt)
    (am i (talking|speaking|chatting) (to|with)|is (this|that)) (an? |really )*(bot|robot|human|ai)
    (am i (talking|speaking|chatting) (to|with)|is (this|that)) (an? |really )*(person|real person)
    (is|are) (this|that|you) (an? )?(chatgpt|gpt|llm)( \w+)?
    (whats|what is) (your|ur) name|do you have a name
    (introduce|describe) yourself|tell me (something )?about yourself
    who (made|built|created|wrote|trained) you|how old are you
    what (kind|sort) of (bot|assistant|ai) are you
"""
ABILITIES = """
    (what|how) (else |all )?(can|could|do) (you|u) (do|help|work|answer)( (for )?(me|us|here))?
    help( (me|us|wanted|needed))?( out)?( here)?
    (can|could|will|would) (you|u) (please )?help( (me|us))?( out)?( here)?( with something)?
    i (could use|could do with|need|want|would like) (some |a bit of |your )?help( with something)?
    (can|could) you give me a hand|i have (a|some|a few) (quick )?questions?|quick question
    (can|may|could) i ask (you )?(something|a question|some questions)
    what (kinds? of |sorts? of )?(questions? |things )?(can|should|could) (i|we) ask( you)?( about)?
    what do you know( about)?|what (are|r) you (for|good at|good for|able to do|capable of)
    what is your (purpose|job)|whats your (purpose|job)|where do i (start|begin)
    what (is|does) this (bot|app)( do| for)?|how does this (bot|app) work
    how (do|can|should) (i|we) (use|talk to|work with) (you|u|this|this bot|this app)
"""
WHAT_THIS_IS = """
    how (does|do) (this|it|this thing) (all )?work|(what is|whats) this( thing)?
"""
"""Within a conversation, "this" is what was spoken of."""
GOODBYE = r"""
    (good ?)?(bye+|night)( bye)?( for now)?|byebye|gn|farewell|so long
    (see|c) (you|ya|u)( (later|tomorrow|soon|around|then|next \w+|on \w+day))?|cya|later|laters
    (talk|speak|chat) (to (you|u) )?(later|soon|tomorrow)|until (next time|tomorrow)|ttyl|brb
    (i have to|ive got to|i gotta|gotta|got to|have to) (go|run|leave)|(im|i am|signing|logging) off
    (have|enjoy) (a|your) ((nice|good|great|lovely|wonderful|fun) )?(day|weekend|evening|night|one)
    take care|(thats|that is|that will be|thatll be) (all|it)( for (now|today))?
"""
THANKS = """
    (many |much |big )?(thanks?|thank (you|u)|thankyou|thx|thnx|tnx|thanx|tks|ty|tysm|cheers|ta)
    much obliged|gracias|merci|danke|salamat
    (i )?(really |much )?appreciated?( (it|that|this|(the|your) help))?
    ((thats|that|this|it|its|you|youre|you are) )?((is|was|are|really|very|so|super|just) )*{}
    {} (help|answer|stuff|explanation|job|bot|work|one)|(that )?(really )?help(ed|s)( me)?( a lot)?
    well done|(youre|you are) the best|(a )?smart (bot|one)
    (i )?(love|like) (it|this|that|you|this bot)|kudos|bravo|you rock|just what i needed
""".replace("{}", "(great|perfect|awesome|super|nice|cool|useful|helpful|good|brilliant|excellent|"
            "amazing|fantastic|wonderful|lovely|sweet|neat|wow|clear|spot on)")  # fmt: skip
NOTED = """
    o+k+(ay|ey)?|okey ?dokey|k|kk|alright|all right|got (it|you|ya)|gotcha|understood|noted|roger
    i (see|understand|get it)|(that )?makes sense|fair (enough|point)|will do|good to know
    no (worries|problem)|np|(its |thats )?(fine|all good)|never ?mind|nvm|forget it
    (im |i am |so )*sorry|my bad|oops|lol|(ha){2,}h?|(he){2,}|hm+|interesting
    just (testing|checking|saying hi)
"""
GREETING = r"""
    hi+(ya)?|he+l+o+|hey+|heya|howdy|yo|hallo|hola|bonjour|namaste|ciao|greetings|gday|good day
    (good )?(morning|mornin|afternoon|evening)|gm|happy (\w+day|new year|holidays)
    how (are|r) (you|u|things)( (doing|going|feeling))?|how do you do|how have you been
    (hows|how is) (it going|(everything|life|your (day|morning|week))( going)?)
    hope (you are|youre|all is) (doing )?(well|good|fine)
    (what is|whats) (up|new)|sup|wassup|(nice|good|great|pleased) to (meet|see) (you|u)
    (im|i am) back|knock knock|test(ing)?|ping
    ((are )?(you|u)|is any(one|body)|any(one|body)) (there|here|home|up|awake|online|around)
"""
FILLER = """
    there|bot|chatbot|robot|assistant|team|all|everyone|everybody|folks|guys|mate|buddy|friend|pal
    dear|dude|man|sir|again|today|then|now|so|well|oh|ah|and|but|please|pls|plz|really|just
    my|friends|(so |very )?much|a (lot|ton|bunch|million)|loads|in advance|(for )?everything
    for (that|this|it|now)|for (helping|answering|explaining)( (me|us))?( out)?
    for (all )?(the|your) ((quick|great|kind) )?(help|answers?|reply|info|time|explanation)
"""
KINDS = ("identity", "abilities", "goodbye", "thanks", "noted", "greeting")
"""A message of several kinds gets the reply to the first of them."""
MAX_CHARS = 120
"""Whoever writes more has something to ask."""
MAX_PHRASES = 8

# Slack writes emoji as names between colons; keyboards elsewhere write the signs.
EMOJI = (
    (re.compile("👋|:wave:"), " hello "),
    (
        re.compile(r"[👍🙏👏🙌🎉💯❤]|:(?:\+1|thumbsup|pray|clap|raised_hands|tada|100|heart):"),
        " thanks ",
    ),
    (re.compile("👌|:ok_hand:"), " ok "),
)
EMOJI_NAME = re.compile(r":[\w+'-]+:")
DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
SMILEY = re.compile(r"(?<!\w)(?:[:;=]['^o-]?[()dp/|3*]+|<3+|\^_*\^|x+d)(?!\w)")


def _any_of(phrases: str) -> str:
    return "|".join(line.strip() for line in phrases.splitlines() if line.strip())


def _message_of(**kinds: str) -> re.Pattern[str]:
    """Return what matches a message of phrases; each kind that occurs is a group that is set."""
    named = "|".join(f"(?P<{kind}>{_any_of(phrases)})" for kind, phrases in kinds.items())
    # Without a limit, a message that can be read in many ways would be read in all of them.
    return re.compile(rf"(?:(?:{named}|{_any_of(FILLER)})(?: |$)){{1,{MAX_PHRASES}}}")


IN_CONVERSATION = _message_of(
    identity=IDENTITY,
    abilities=ABILITIES,
    goodbye=GOODBYE,
    greeting=GREETING,
    thanks=THANKS,
    noted=NOTED,
)
AT_FIRST = _message_of(
    identity=IDENTITY,
    abilities=ABILITIES + WHAT_THIS_IS,
    goodbye=GOODBYE,
    greeting=GREETING,
    thanks=THANKS,
    noted=NOTED,
)


def read_small_talk(text: str, *, subject: Subject, is_follow_up: bool = False) -> Chat | None:
    """Return the fixed reply to a greeting, thanks or a question about the assistant itself.

    A message with anything else in it has none: "hi, what is BPO?" is a question. "How does this
    work?" is one too where something was spoken of before.
    """
    if len(text) > MAX_CHARS:
        return None
    said = (IN_CONVERSATION if is_follow_up else AT_FIRST).fullmatch(_plain(text))
    if said is None:
        return None
    kind = next((kind for kind in KINDS if said[kind] is not None), None)
    return None if kind is None else Chat(text=_reply(kind, subject))


def _reply(kind: str, subject: Subject) -> str:
    match kind:
        case "identity":
            return (
                f"I am {subject.name}, a program and not a person. I answer questions about "
                f"{subject.about} from a set of articles, and every sentence I say cites the "
                f"passage it comes from. Ask me something, or use /define for a quick definition."
            )
        case "abilities":
            tried = " or ".join(f"“{question}”" for question in subject.examples)
            example = f" For example: {tried}." if tried else ""
            return (
                f"Ask me about {subject.about}.{example} I answer from articles and cite them. "
                f"/define gives quick definitions."
            )
        case "goodbye":
            return "Goodbye. I am here when the next question comes up."
        case "thanks":
            return "You're welcome. Ask me again whenever you like."
        case "noted":
            return "All right. I am here when the next question comes up."
        case _:
            return (
                f"Hello. I answer questions about {subject.about}, with sources. What would you "
                f"like to know?"
            )


def has_words(text: str) -> bool:
    """Whether anything is said beside emoji and marks."""
    return any(char.isalnum() for char in EMOJI_NAME.sub(" ", text))


def _plain(text: str) -> str:
    """Return the words of a message in lower case, a few emoji among them, and nothing else."""
    low = normalised(text, form="NFKC").casefold().replace("’", "'")  # noqa: RUF001
    for signs, word in EMOJI:
        low = signs.sub(word, low)
    low = SMILEY.sub(" ", EMOJI_NAME.sub(" ", low)).replace("'", "")
    # "heyyy" and "thankssss" are said with a smile.
    return DRAWN_OUT.sub(r"\1", " ".join(re.findall(r"[^\W_]+", low)))
