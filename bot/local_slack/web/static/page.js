// Keeps the page as the server draws it, without losing what somebody types or where they are.
"use strict";

const NEAR_THE_END = 120;
let asked = 0;
let shown = 0;

// Taking over what the server drew

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    leave(old);
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) old.data = fresh.data;
    return;
  }
  if (old.nodeName === "DIALOG" && old.dataset.version !== fresh.dataset.version) {
    // Another page of the same dialog: what was typed into the last one is over.
    const isOpen = old.open;
    leave(old);
    old.replaceWith(fresh);
    if (isOpen) fresh.removeAttribute("open");
    return;
  }
  // What is being typed, and what is offered for it, belongs to whoever types.
  if (old.classList.contains("offered")) return;
  if (old.nodeName === "TEXTAREA") {
    old.placeholder = fresh.placeholder;
    return;
  }
  attributes(old, fresh);
  children(old, fresh);
}

function attributes(old, fresh) {
  // What people open and close is theirs.
  const kept = new Set(["DETAILS", "DIALOG"].includes(old.nodeName) ? ["open"] : []);
  if (old.nodeName === "BUTTON") kept.add("aria-expanded");
  for (const { name, value } of fresh.attributes) {
    if (!kept.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!kept.has(name) && !fresh.hasAttribute(name) && !name.startsWith("data-live")) old.removeAttribute(name);
  }
}

function children(old, fresh) {
  const staying = new Set([...fresh.children].map((c) => c.id));
  for (const gone of [...old.children].filter((c) => c.id && !staying.has(c.id))) drop(gone);
  const byId = new Map([...old.children].filter((c) => c.id).map((c) => [c.id, c]));
  let here = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const known = next.id ? byId.get(next.id) : null;
    if (known) {
      if (known !== here) old.insertBefore(known, here);
      else here = here.nextSibling;
      morph(known, next);
    } else if (here && !here.id && !next.id && here.nodeName === next.nodeName) {
      const after = here.nextSibling;
      morph(here, next);
      here = after;
    } else {
      old.insertBefore(next, here);
    }
  }
  while (here) {
    const after = here.nextSibling;
    drop(here);
    here = after;
  }
}

function drop(node) {
  leave(node);
  node.remove();
}

function leave(node) {
  // Closing a dialog gives the focus back to what opened it.
  if (node.nodeName === "DIALOG" && node.open) node.close();
}

function apply(html, number) {
  if (number < shown) return;
  shown = number;
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const before = counts();
  const ends = new Map([...document.querySelectorAll(".scroll")].map((s) => [s.id, isAtEnd(s)]));
  document.title = fresh.title;
  morph(document.getElementById("shell"), fresh.getElementById("shell"));
  children(document.getElementById("dialogs"), fresh.getElementById("dialogs"));
  const note = fresh.querySelector("#notes .note");
  if (note) tell(note.textContent);
  openDialogs();
  for (const scroll of document.querySelectorAll(".scroll")) {
    const wasAtEnd = ends.get(scroll.id) ?? true;
    if (wasAtEnd && scroll.id !== "home") toEnd(scroll);
  }
  tellNews(before);
}

async function load(address, { isRefresh = false } = {}) {
  const number = ++asked;
  const headers = isRefresh ? { "X-Refresh": "1" } : {};
  const answer = await fetch(address, { headers });
  if (answer.ok) apply(await answer.text(), number);
}

// Messages: stay at the end, unless somebody reads further up

const isAtEnd = (scroll) => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END;

function toEnd(scroll) {
  const log = scroll.querySelector(".log");
  const last = log && log.lastElementChild;
  scroll.scrollTop = scroll.scrollHeight;
  // A long answer is read from its beginning.
  if (last && last.offsetHeight > scroll.clientHeight) last.scrollIntoView({ block: "start" });
}

function counts() {
  const links = document.querySelectorAll("#sidebar a[href]");
  return new Map([...links].map((a) => [a.getAttribute("href"), Number(a.querySelector(".news")?.textContent ?? 0)]));
}

function tellNews(before) {
  for (const [href, count] of counts()) {
    if (!before.has(href) || count <= before.get(href)) continue;
    const name = document.querySelector(`#sidebar a[href="${CSS.escape(href)}"] span:not(.avatar):not(.sign)`);
    tell(`New in ${name ? name.textContent : "another place"}`, href);
  }
}

function tell(text, href) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text + (href ? " · " : "");
  if (href) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = "Open";
    note.append(link);
  }
  document.getElementById("notes").replaceChildren(note);
  setTimeout(() => note.remove(), 8000);
}

// Dialogs

function openDialogs() {
  for (const dialog of document.querySelectorAll("#dialogs dialog")) {
    if (dialog.matches(":modal")) continue;
    dialog.removeAttribute("open");
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".blocks");
    first?.focus();
    const marked = dialog.querySelector(".rich strong");
    if (marked) marked.scrollIntoView({ block: "center" });
  }
}

document.addEventListener("cancel", (event) => {
  if (event.target.id === "confirm") return;
  event.preventDefault();
  event.target.querySelector("[data-close]")?.click();
}, true);

function confirmed(asking) {
  const { title, text, confirm, deny, style } = JSON.parse(asking);
  const dialog = document.createElement("dialog");
  dialog.id = "confirm";
  dialog.setAttribute("aria-labelledby", "confirm-title");
  const part = (name, content, parent, attributes = {}) => {
    const element = Object.assign(document.createElement(name), { textContent: content, ...attributes });
    parent.append(element);
    return element;
  };
  const form = part("form", "", dialog, { method: "dialog" });
  part("h2", title, part("header", "", form), { id: "confirm-title" });
  part("p", text, part("div", "", form, { className: "blocks" }));
  const row = part("footer", "", form);
  part("button", deny, row, { className: "button", value: "no" });
  part("button", confirm, row, { className: `button ${style || "primary"}`, value: "yes" });
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

// What people do

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  const button = event.submitter;
  if (button?.dataset.confirm && !(await confirmed(button.dataset.confirm))) return;
  if (form.dataset.liveBusy) return;
  const body = new URLSearchParams(new FormData(form, button));
  form.dataset.liveBusy = "1";
  form.setAttribute("aria-busy", "true");
  const field = form.classList.contains("composer") ? form.querySelector("textarea") : null;
  const typed = field?.value;
  if (field) clear(field);
  const number = ++asked;
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Refresh": "1" } });
    if (!answer.ok) throw new Error(await answer.text());
    const html = await answer.text();
    const address = new URL(answer.url);
    const moved = address.pathname + address.search;
    if (moved !== location.pathname + location.search) history.pushState(null, "", moved);
    apply(html, number);
    for (const menu of form.querySelectorAll("details.more[open]")) menu.open = false;
  } catch (error) {
    if (field && !field.value) field.value = typed;
    tell(`That did not work: ${error.message}`);
  } finally {
    delete form.dataset.liveBusy;
    form.removeAttribute("aria-busy");
  }
});

document.addEventListener("click", (event) => {
  const inserter = event.target.closest("[data-inserts]");
  if (inserter) {
    const field = document.getElementById(inserter.dataset.into);
    if (!field.value.startsWith(inserter.dataset.inserts)) field.value = inserter.dataset.inserts + field.value;
    field.focus();
    return;
  }
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    toggleSidebar(opener.getAttribute("aria-expanded") !== "true");
    return;
  }
  const link = event.target.closest("a[href^='/']");
  if (!link || link.target || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});

async function go(address) {
  history.pushState(null, "", address);
  toggleSidebar(false);
  await load(address);
  const anchor = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (anchor) anchor.scrollIntoView();
  const field = document.getElementById("reply") ?? document.getElementById("text");
  if (matchMedia("(min-width: 701px)").matches) field?.focus();
}

function toggleSidebar(isOpen) {
  document.getElementById("shell").toggleAttribute("data-live-sidebar", isOpen);
  document.querySelector("[data-opens]")?.setAttribute("aria-expanded", String(isOpen));
}

addEventListener("popstate", () => load(location.href));

// The message field: Enter sends, and what begins with / or @ is completed

const popup = (field) => document.getElementById(`${field.id}-offered`);

function clear(field) {
  field.value = "";
  offer(field);
  grow(field);
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 180)}px`;
}

function offer(field) {
  const typed = field.value.toLowerCase();
  const all = JSON.parse(field.dataset.offered);
  const isOpen = typed.startsWith("/") || typed.startsWith("@");
  const hits = isOpen ? all.filter((o) => o.insert.toLowerCase().startsWith(typed) && o.insert.trim().toLowerCase() !== typed.trim()) : [];
  const list = popup(field);
  list.replaceChildren(...hits.slice(0, 8).map((hit, number) => {
    const item = document.createElement("li");
    item.id = `${list.id}-${number}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(number === 0));
    item.dataset.insert = hit.insert;
    const label = document.createElement("strong");
    label.textContent = hit.label;
    item.append(label, hit.about);
    return item;
  }));
  list.hidden = !hits.length;
  select(field, hits.length ? 0 : -1);
}

function select(field, number) {
  const items = [...popup(field).children];
  items.forEach((item, place) => item.setAttribute("aria-selected", String(place === number)));
  if (items[number]) field.setAttribute("aria-activedescendant", items[number].id);
  else field.removeAttribute("aria-activedescendant");
}

function take(field, item) {
  field.value = item.dataset.insert;
  offer(field);
  field.focus();
}

document.addEventListener("input", (event) => {
  if (!event.target.dataset.offered) return;
  offer(event.target);
  grow(event.target);
});

document.addEventListener("mousedown", (event) => {
  const item = event.target.closest(".offered li");
  if (!item) return;
  event.preventDefault();
  take(document.getElementById(item.parentElement.id.replace("-offered", "")), item);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.dataset?.offered) {
    if (event.key === "Escape") escape();
    return;
  }
  const list = popup(field);
  const items = [...list.children];
  const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (!list.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    select(field, (now + (event.key === "ArrowDown" ? 1 : items.length - 1)) % items.length);
  } else if (!list.hidden && event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    take(field, items[now]);
  } else if (event.key === "Escape") {
    if (list.hidden) escape();
    else list.hidden = true;
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    if (!list.hidden && !field.value.includes(" ")) take(field, items[now]);
    else if (field.value.trim()) field.form.requestSubmit();
  }
});

function escape() {
  for (const menu of document.querySelectorAll("details.more[open]")) menu.open = false;
  toggleSidebar(false);
}

// News

function follow() {
  let waiting = null;
  const changes = new EventSource("/changes");
  changes.onmessage = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => load(location.href, { isRefresh: true }).catch(() => {}), 40);
    document.body.classList.remove("alone");
  };
  changes.onerror = () => {
    document.body.classList.add("alone");
    tell("The bot does not answer. Is it still running?");
  };
}

openDialogs();
for (const scroll of document.querySelectorAll(".scroll:not(#home)")) toEnd(scroll);
document.getElementById("text")?.focus();
document.body.classList.add("scripted");
follow();
