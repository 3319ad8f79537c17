"""What web pages surround an article with, recognised by its words and its shape.

The vocabulary is of the trade, not of any site: a line is a label when nearly all of its words
come from it, and a paragraph is furniture when it speaks in the site's own voice ("we", "our",
"this page") and is dense with it.
"""

import re
from typing import Literal, TypeAlias

from ingest.reading.heads.dates import find_date
from ingest.reading.saved_pages.text_blocks import Block, is_prose, is_table_row

__all__ = [
    "LabelKind",
    "is_biography",
    "is_page_mark",
    "is_site_prose",
    "label_kind",
    "speaks_as_site",
]

LabelKind: TypeAlias = Literal["", "meta", "menu", "box", "end"]
"""What a short line announces.

`meta` is a byline, a date or a counter; `menu` a link or a button; `box` begins an insert (an
advertisement, related links, a newsletter) after which the article may go on; `end` begins what
stands below an article (comments, the author, the footer).
"""

_MAX_LABEL_WORDS, _MAX_TRAIL_WORDS = 12, 30

_MENU_WORDS = frozenset(
    """
    about accept access accessibility account add advertise all archive archives article ask back
    basket bookmark browse careers cart categories category chat checkout close community contact
    content continue cookie cookies copy create customise customize decline disclaimer disclosure
    donate download e-mail email english explore facebook faq faqs feed feedback filed follow forum
    forums gift helpful hide home homepage instagram jump language like likes link linkedin listen
    load log login logout main manage member menu navigation newer next older options page pages
    password permalink pin pinterest player podcast podcasts policy popup post posts preferences
    press previous print privacy random recipe reddit register reject report rss save search service
    services settings share show sidebar sign signin sitemap skip social story submit subscribe
    support tag tags telegram terms toggle top tumblr tweet twitter us website whatsapp wishlist
    youtube
    """.split()  # noqa: SIM905
)
# Words that labels are made of besides; alone they make none.
_GLUE_WORDS = frozenset(
    """
    a an and at by for from here i in is it me my new no now of on or our out site the this to up
    use was we with x yes you your
    """.split()  # noqa: SIM905
)
_META = re.compile(
    r"^(?:(?:last|first|originally|medically|fact|date)[\s-]+)?"
    r"(?:by|author|written|reviewed|edited|checked|updated|modified|published|posted|created|"
    r"(?<=last )update|photo(?:s|graphs?)?|image|illustrations?|credit|source)\b"
    r"(?:\s*(?:by|on|at|date))?\s*:?",
    re.IGNORECASE,
)
# These open a line of data whatever follows.
_DATA = re.compile(
    r"^(?:(?:photo(?:graph)?s?|image|picture|credit)(?: by| credit)?:"
    r"|(?:thread starter|start date|joined|posts|tags?|views|comments|shares|reading time|date)\b)",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"^[\d,.\sk]+\+?\s*(?:views?|shares?|comments?|likes?|replies|reads?|ratings?|votes?|followers"
    r"|min(?:ute)?s?\.?(?:\s+read)?|out of)\b|^\d(?:\.\d)? (?:from|out of|/)"
    r"|^#\d+$|^\d{1,2}:\d\d\s*/\s*\d",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"^(?:advertise?ment|ads?|advertorial|sponsored(?: content| post| links?)?|promoted|promotion)"
    r"\W*$"
    r"|^(?:read (?:more|next|also|this)|related|see also|more (?:from|on|stories|articles|in)"
    r"|you (?:may|might|could|will) (?:also )?(?:like|enjoy|be interested)|recommended|don.t miss"
    r"|(?:our )?(?:editor.?s.?|staff|top) (?:picks?|choice)|most (?:read|popular|viewed|shared)"
    r"|popular|trending|latest|recent(?:ly)?|similar|further reading|what to read next|up next"
    r"|sign up|subscribe|join (?:our|us|the)|get (?:our|the)\b.*\b(?:newsletter|guide|app|e-?mail)"
    r"|enter your|newsletter|never miss|contact us|continue reading|learn more|find out more"
    r"|(?:book|request|start|get) an? (?:free )?(?:demo|quote|trial))\b"
    r"|\b(?:in|to) your inbox\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"^(?:(?:discussion |reader |user |add |leave a |post a |submit a |write a |view |load |\d+ )*"
    r"(?:comments?|repl(?:y|ies)|interactions|discussion|responses))\b(?: \(?\d+\)?)?\W*$"
    r"|^(?:please )?(?:leave|add|post|write|submit|join|enter) (?:a |an |your |the )?"
    r"(?:comment|reply|response|discussion|conversation)"
    r"|^(?:about|meet) the authors?|^author bio|^was this\b.*\b(?:helpful|useful)"
    r"|^did you (?:make|like|enjoy|find)"
    r"|^(?:references|external links|footnotes|bibliography)\W*(?:\[edit\])?$"
    r"|©|^copyright\b|\(c\) (?:19|20)\d\d|all rights reserved|powered by|(?:designed|software) by"
    r"|^(?:related (?:articles|posts|stories|questions)|(?:recent|similar) (?:posts|threads)"
    r"|categories)\W*$",
    re.IGNORECASE,
)
# One such line is enough to know a saved page; people do not write them into documents.
_UNMISTAKABLE = re.compile(
    r"^(?:please )?(?:leave|post|submit|enter) (?:a |your )(?:comment|reply)\W*$"
    r"|^skip to (?:main )?(?:content|navigation)\W*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\+?[\d\s()-]{9,}")
_TRAIL = re.compile(r"\s(?:[\u203a»>]|::)\s|\s[|/·•]\s.*\s[|/·•]\s")

# Not "US": the country is no voice.
_FIRST_PERSON = re.compile(r"\b(?:[Ww]e|[Oo]urs?|us)\b")
_THIS_PAGE = re.compile(
    r"\bthis (?:site|website|page|post|content|article|blog|story|work)\b", re.IGNORECASE
)
_SECOND_PERSON = re.compile(r"\byour?\b", re.IGNORECASE)
_SITE_WORDS = re.compile(
    r"\b(?:accurate|accuracy|ad-supported|advertis\w+|advice|affiliat\w+|articles?|author\w*|"
    r"browser|browsing|cc|comments?|commissions?|commitment|compensat\w+|consent\w*|content|"
    r"cookies?|delivered|demo|disclaimers?|disclosures?|donat\w+|editorial|e-?mails?|expert\w*|"
    r"fact-check\w*|feedback|founded|free|guarantee\w*|guides?|inbox|independen\w+|informational|"
    r"instagram|facebook|twitter|join|learn more|licen[cs]e|links?|log|member\w*|merchants?|"
    r"millions|mission|newsletters?|offers?|partner\w*|personali[sz]\w+|polic\w+|posts?|privacy|"
    r"products?|promises?|proposal|publi(?:sh\w*|cation)|purchas\w+|quote|readers?|recommend\w+|"
    r"register\w*|reliable|required|revenue|reviewed|rights|services?|share|sign(?:ing)?|sites?|"
    r"social|sponsor\w*|standards|stories|subscri\w+|substitute|support\w*|tag|terms|tips|today|"
    r"traffic|trial|trust\w*|unbiased|unsubscribe|updates|websites?|weekly)\b",
    re.IGNORECASE,
)
_SITE_PHRASES = re.compile(
    r"may earn|affiliate (?:links?|commission|partner)|uses? (?:of )?cookies|accept all|"
    r"all rights reserved|your inbox|unsubscribe|sign up (?:for|to)|not (?:a )?substitute for|"
    r"informational purposes|not be published|may contain|terms (?:may )?apply|terms of (?:use|"
    r"service)|privacy policy|user agreement|creative commons|learn more|compensated for|"
    r"save my name|last edited on|must (?:be logged|log) in|free articles?|print edition|"
    r"appears? in the|contributing (?:writer|editor)|enable javascript|earn a commission",
    re.IGNORECASE,
)
_LIFE = re.compile(
    r"\b(?:is an?|was an?) (?:[\w-]+ ){0,3}(?:writer|author|journalist|editor|reporter|blogger|"
    r"consultant|photographer|researcher|columnist|freelancer|correspondent|contributor)"
    r"|\b(?:has|have) (?:been )?(?:writ|contribut|cover|work|edit)\w+|\b(?:writer|researcher)\b"
    r"|\bdegree\b|\b(?:studied|graduated|graduate)\b|\blives (?:in|on|with|near)\b"
    r"|\b(?:enjoys|loves|spends)\b|\b(?:her|his|their) (?:spare|free|work|two|three|husband|wife|"
    r"family|cats?|dogs?)\b|\bwrites (?:about|for)\b|\bcovers\b",
    re.IGNORECASE,
)
_MIN_SITE_DENSITY = 0.08


def label_kind(block: Block) -> LabelKind:
    """Return what kind of label a block is; empty for anything that may be of the article."""
    text = block.text.strip(" |·•-*#")
    words = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", text.lower())  # noqa: RUF001
    if _ADDRESS.fullmatch(text):
        return "menu"
    if (
        _TRAIL.search(text)
        and block.word_count <= _MAX_TRAIL_WORDS
        and not is_table_row(block.text)
    ):
        return "meta" if find_date(text) else "menu"
    if len(words) > _MAX_LABEL_WORDS:
        return "end" if "all rights reserved" in text.lower() or "©" in text else ""
    if _END.search(text):
        return "end"
    if _is_meta(text, words):
        return "meta"
    if is_prose(block) and not _SITE_PHRASES.search(text):
        return ""
    if _BOX.search(text):
        return "box"
    return "menu" if _is_menu(words) else ""


def is_page_mark(text: str) -> bool:
    """Return whether a line stands on web pages only."""
    return _UNMISTAKABLE.search(text) is not None


def is_site_prose(text: str, *, topic: frozenset[str]) -> bool:
    """Return whether a paragraph is the site speaking of itself rather than of the topic.

    Words whose stems are in `topic` do not count: an article on cookies mentions cookies.
    """
    words = text.split()
    hits = {hit[0].lower()[:5] for hit in _SITE_WORDS.finditer(text)} - topic
    phrases = [
        phrase[0]
        for phrase in _SITE_PHRASES.finditer(text)
        if not any(word[:5] in topic for word in phrase[0].lower().split())
    ]
    density = (len(hits) + 2 * len(phrases)) / len(words)
    if len(hits) + 2 * len(phrases) < 2:
        return False
    if phrases or speaks_as_site(text) or _THIS_PAGE.search(text):
        return density >= _MIN_SITE_DENSITY
    # Articles address their readers too, only not in so many words of the trade.
    return _SECOND_PERSON.search(text) is not None and density >= 2 * _MIN_SITE_DENSITY


def speaks_as_site(text: str) -> bool:
    """Return whether a paragraph says "we" or "our"."""
    return _FIRST_PERSON.search(text) is not None


def is_biography(text: str, *, author: str) -> bool:
    """Return whether a paragraph presents a person, above all the page's author."""
    traits = len(_LIFE.findall(text))
    names_author = any(name in text for name in author.split() if len(name) > 2)
    return len(text.split()) < 90 and (traits >= 3 or (names_author and traits >= 1))


def _is_meta(text: str, words: list[str]) -> bool:
    if _COUNTER.search(text):
        return True
    if find_date(text) and len(words) <= 6:
        return True
    if _DATA.match(text) and (":" in text or len(words) <= 6) and not text.endswith((".", "?")):
        return True
    # "By the river" is no byline: a name, a date or nothing follows.
    match = _META.match(text)
    if match is None or len(words) > 9 or text.endswith((".", "?")):
        return False
    rest = text[match.end() :].strip()
    return not rest or rest[0].isupper() or rest[0].isdigit() or ":" in match[0]


def _is_menu(words: list[str]) -> bool:
    if not words or len(words) > 7:
        return False
    known = sum(word in _MENU_WORDS for word in words)
    glue = sum(word in _GLUE_WORDS for word in words)
    return known > 0 and known + glue == len(words)
