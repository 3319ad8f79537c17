"""The whole page that one person sees at one address."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from bot.local_slack.web.composing import composer, prompts
from bot.local_slack.web.drawing.markup import DOCTYPE, NOTHING, Html, joined, tag
from bot.local_slack.web.drawing.messages import (
    Extras,
    avatar,
    draw_dialog,
    draw_home,
    draw_message,
)
from bot.local_slack.web.drawing.spans import Reader
from bot.local_slack.web.frame import header, sidebar
from bot.local_slack.web.places import ASSISTANT, HOME, Places, Thread
from bot.local_slack.web.visits import Visit
from bot.local_slack.workspace.values import BOT_USER_ID, Message


class Page:
    """Draws one visit."""

    def __init__(self, visit: Visit, places: Places) -> None:
        """Take what is to be drawn, and where it is found."""
        self._visit = visit
        self._places = places
        self._reader: Reader = places.reader(visit.user)
        here = places.address(visit.user, visit.place, thread=visit.thread)
        self._action = f"/{visit.user.name}/act?here={quote(here)}"
        self._menus: Mapping[str, Mapping[str, str]] = {
            "people": {user.id: self._reader.names[user.id] for user in places.people},
            "channels": {c.id: f"#{c.name}" for c in places.channels(visit.user)},
        }
        self._threads = places.threads(visit.user, visit.channel)

    def draw(self) -> Html:
        """Return the whole document."""
        visit = self._visit
        side = self._thread_panel()
        top = header(visit, self._places, can_begin_anew=self._can_begin_anew)
        dialog = (
            draw_dialog(
                visit.dialog.view,
                self._reader,
                action=self._action,
                menus=self._menus,
                errors=visit.dialog.errors,
            )
            if visit.dialog
            else None
        )
        shell = tag(
            "div",
            tag("a", "Skip to the message field", href="#text", class_="skip"),
            sidebar(visit, self._places),
            tag(
                "main",
                top,
                self._body(),
                class_="main",
                id="main",
            ),
            side,
            id="shell",
            class_="shell with-thread" if side else "shell",
        )
        head = tag(
            "head",
            tag("meta", charset="utf-8"),
            tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
            tag("meta", name="color-scheme", content="light dark"),
            tag("title", f"{self._title()} · Local Slack"),
            tag("link", rel="icon", href="/icon.svg", type="image/svg+xml"),
            tag("link", rel="stylesheet", href="/page.css"),
            tag("script", src="/page.js", defer=True),
        )
        note = tag("p", visit.note, class_="note") if visit.note else None
        notes = tag("div", note, id="notes", role="status")
        dialogs = tag("div", dialog, id="dialogs")
        body = tag("body", shell, notes, dialogs)
        return joined(DOCTYPE, tag("html", head, body, lang="en"))

    # The parts

    def _title(self) -> str:
        if self._visit.place in {ASSISTANT, HOME}:
            return self._places.app_name
        return f"#{self._visit.channel.name}"

    @property
    def _can_begin_anew(self) -> bool:
        visit = self._visit
        return visit.place == ASSISTANT and bool(self._threads) and not visit.is_new

    def _address(self, place: str) -> str:
        return self._places.address(self._visit.user, place)

    def _body(self) -> Html:
        match self._visit.place:
            case "home":
                return self._home()
            case "assistant":
                return self._conversations()
            case _:
                return self._channel()

    def _home(self) -> Html:
        view = self._places.home(self._visit.user)
        drawn = (
            draw_home(view, self._reader, action=self._action, menus=self._menus)
            if view
            else tag("p", "Opening…", class_="empty")
        )
        return tag(
            "div",
            drawn,
            class_="scroll home",
            id="home",
            tabindex=0,
            role="region",
            aria_label="Home",
        )

    def _conversations(self) -> Html:
        """Return the direct message, each conversation with its replies below it."""
        rows: list[Html] = []
        for number, thread in enumerate(self._threads):
            if number and (thread.replies or self._threads[number - 1].replies):
                rows.append(tag("hr", class_="between", id=f"before-{thread.root.ts}"))
            rows += [self._message(m, Extras()) for m in (thread.root, *thread.replies)]
            rows.append(self._typing(thread.root.ts))
        current = "" if self._visit.is_new else self._current()
        welcome = None if self._threads and not self._visit.is_new else self._welcome()
        return joined(
            self._log(rows, after=welcome, label="Messages"),
            composer(
                self._visit,
                self._places,
                thread=current,
                label=f"Message to {self._places.app_name}",
                hint="Ask on in this conversation" if current else "Ask about outsourcing",
            ),
        )

    def _current(self) -> str:
        """Return the thread of the last conversation; private answers have none."""
        everyones = [t.root.ts for t in self._threads if t.root.visible_to is None]
        return everyones[-1] if everyones else ""

    def _channel(self) -> Html:
        rows: list[Html] = []
        for thread in self._threads:
            root = thread.root
            link = self._places.address(self._visit.user, self._visit.place, thread=root.ts)
            is_private = root.visible_to is not None
            rows.append(
                self._message(
                    root, Extras(replies=thread.replies, thread_link="" if is_private else link)
                )
            )
            rows.append(self._typing(root.ts, prefix="in-channel"))
        welcome = None if self._threads else self._channel_welcome()
        name = self._visit.channel.name
        return joined(
            self._log(rows, after=welcome, label=f"#{name}"),
            composer(
                self._visit,
                self._places,
                thread="",
                label=f"Message to #{name}",
                hint=f"Message #{name}",
                has_mention=self._has_app,
            ),
        )

    @property
    def _has_app(self) -> bool:
        return BOT_USER_ID in self._visit.channel.members

    def _thread_panel(self) -> Html | None:
        thread = self._open_thread()
        if thread is None:
            return None
        rows = [self._message(m, Extras()) for m in (thread.root, *thread.replies)]
        rows.append(self._typing(thread.root.ts))
        close = tag(
            "a",
            tag("span", "✕", aria_hidden="true"),
            href=self._address(self._visit.place),
            class_="cross",
            aria_label="Close the thread",
        )
        top = tag(
            "header",
            tag("h2", "Thread"),
            tag("span", f"#{self._visit.channel.name}", class_="about"),
            close,
            class_="top",
        )
        field = composer(
            self._visit,
            self._places,
            thread=thread.root.ts,
            label="Reply in the thread",
            hint="Reply…",
            ident="reply",
            has_mention=self._has_app,
        )
        return tag(
            "aside",
            top,
            self._log(rows, label="Thread", ident="thread"),
            field,
            class_="thread",
            aria_label="Thread",
        )

    def _open_thread(self) -> Thread | None:
        if self._visit.place in {ASSISTANT, HOME} or not self._visit.thread:
            return None
        return next((t for t in self._threads if t.root.ts == self._visit.thread), None)

    # Smaller parts

    def _log(
        self,
        rows: Sequence[Html],
        *,
        label: str,
        ident: str = "messages",
        after: Html | None = None,
    ) -> Html:
        log = tag("div", *rows, role="log", aria_live="polite", aria_label=label, class_="log")
        return tag(
            "div",
            log,
            after,
            class_="scroll",
            id=ident,
            tabindex=0,
            role="region",
            aria_label=label,
        )

    def _message(self, message: Message, extras: Extras) -> Html:
        return draw_message(
            message,
            self._reader,
            action=self._action,
            menus=self._menus,
            extras=Extras(
                reactions=self._places.reactions(message),
                shortcuts=() if message.visible_to else self._places.shortcuts(),
                thread_link=extras.thread_link,
                replies=extras.replies,
            ),
        )

    def _typing(self, thread_ts: str, *, prefix: str = "in-thread") -> Html:
        status = self._places.status(self._visit.channel, thread_ts)
        if not status:
            return NOTHING
        dots = tag("span", tag("i"), tag("i"), tag("i"), class_="dots", aria_hidden="true")
        said = tag("span", f"{self._places.app_name} {status}")
        return tag("p", dots, said, class_="typing", id=f"typing-{prefix}-{thread_ts}")

    def _welcome(self) -> Html:
        return tag(
            "div",
            avatar(BOT_USER_ID, "", size="large"),
            tag("h2", "What would you like to know?"),
            tag("p", "Ask in your own words, or begin with one of these."),
            prompts(self._visit, self._places, mention=False),
            class_="welcome",
        )

    def _channel_welcome(self) -> Html:
        name = self._visit.channel.name
        if not self._has_app:
            return tag(
                "div",
                tag("h2", f"#{name}"),
                tag("p", f"{self._places.app_name} is not a member of this channel."),
                class_="welcome",
            )
        return tag(
            "div",
            tag("h2", f"#{name}"),
            tag("p", f"Mention @{self._places.app_name} to ask here; it answers in a thread."),
            prompts(self._visit, self._places, mention=True),
            class_="welcome",
        )
