"""What stands around the messages: the places and people at the side, the title on top."""

from bot.local_slack.web.drawing.markup import Html, joined, tag
from bot.local_slack.web.drawing.messages import avatar
from bot.local_slack.web.places import ASSISTANT, HOME, Places
from bot.local_slack.web.visits import Visit
from bot.local_slack.workspace.values import BOT_USER_ID, User

_SIGNS = {"public": "#", "private": "🔒", "im": ""}


def sidebar(visit: Visit, places: Places) -> Html:
    """Return the list of places, and of the people whom one can be."""
    user = visit.user
    app = _place_link(
        visit,
        places,
        ASSISTANT,
        joined(avatar(BOT_USER_ID, "", size="small"), tag("span", places.app_name)),
        news=places.news(user, places.channel(user, ASSISTANT)),
        is_here=visit.place in {ASSISTANT, HOME},
    )
    channels = [
        _place_link(
            visit,
            places,
            channel.name,
            joined(
                tag("span", _SIGNS[channel.kind], class_="sign", aria_hidden="true"),
                tag("span", channel.name),
            ),
            news=places.news(user, channel),
            is_here=visit.place == channel.name,
        )
        for channel in places.channels(user)
    ]
    return tag(
        "nav",
        tag(
            "div",
            tag("strong", "Local Slack"),
            tag("span", "on this machine only"),
            class_="workspace",
        ),
        tag("h2", "Apps"),
        tag("ul", app),
        tag("h2", "Channels"),
        tag("ul", *channels),
        _people(visit, places),
        class_="sidebar",
        id="sidebar",
        aria_label="Places and people",
    )


def header(visit: Visit, places: Places, *, can_begin_anew: bool) -> Html:
    """Return the title of the place, with its tabs."""
    opener = tag(
        "button",
        tag("span", "☰", aria_hidden="true"),
        type="button",
        class_="opener",
        aria_label="Places and people",
        aria_expanded="false",
        aria_controls="sidebar",
        data_opens="sidebar",
    )
    if visit.place not in {ASSISTANT, HOME}:
        members = f"{len(visit.channel.members)} members"
        more = (
            f"shared with another company · {members}" if visit.channel.is_ext_shared else members
        )
        title = tag(
            "h1", tag("span", _SIGNS[visit.channel.kind], class_="sign"), visit.channel.name
        )
        return tag("header", opener, title, tag("span", more, class_="about"), class_="top")
    tabs = [
        tag(
            "a",
            label,
            href=places.address(visit.user, place),
            aria_current="page" if visit.place == place else None,
        )
        for place, label in ((ASSISTANT, "Messages"), (HOME, "Home"))
    ]
    title = tag("h1", avatar(BOT_USER_ID, "", size="small"), tag("span", places.app_name))
    new = None
    if can_begin_anew:
        new = tag(
            "a",
            "New conversation",
            href=f"{places.address(visit.user, ASSISTANT)}?new=1",
            class_="button small new",
        )
    return tag(
        "header",
        opener,
        title,
        tag("nav", *tabs, class_="tabs", aria_label="Tabs"),
        new,
        class_="top",
    )


def _place_link(
    visit: Visit, places: Places, place: str, label: Html, *, news: int, is_here: bool
) -> Html:
    badge = (
        joined(
            tag("span", str(news), class_="news", aria_hidden="true"),
            tag("span", f", {news} new", class_="hidden"),
        )
        if news and not is_here
        else None
    )
    here = "page" if is_here else None
    href = places.address(visit.user, place)
    return tag(
        "li",
        tag("a", label, badge, href=href, aria_current=here, class_="fresh" if badge else None),
    )


def _people(visit: Visit, places: Places) -> Html:
    rows = []
    for user in places.people:
        is_me = user.id == visit.user.id
        role = "admin" if user.is_admin else "guest" if user.is_guest else "member"
        label = joined(
            avatar(user.id, user.real_name or user.name, size="small"),
            tag("span", user.real_name or user.name),
            tag("small", role),
        )
        href = places.address(user, _place_for(user, visit, places))
        rows.append(tag("li", tag("a", label, href=href, aria_current="true" if is_me else None)))
    return tag("div", tag("h2", "You are"), tag("ul", *rows), class_="people")


def _place_for(user: User, visit: Visit, places: Places) -> str:
    """Return where somebody else comes to: the same place, if they are in it."""
    place = visit.place
    is_there = place in {ASSISTANT, HOME} or place in {c.name for c in places.channels(user)}
    return place if is_there else ASSISTANT
