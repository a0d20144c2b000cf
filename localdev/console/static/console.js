/* What the pages do beside htmx: copying, the theme, filling a field, and saying so when the engine is away. */
"use strict";
(() => {
  const notice = () => document.getElementById("notice");

  function say(text, kind) {
    const box = notice();
    // behind an open dialog it would be dark, and not be read out
    const place = document.querySelector("dialog[open]") ?? document.body;
    if (box.parentElement !== place) place.append(box);
    if (box.firstChild?.data !== text || box.children.length) box.textContent = text;
    box.dataset.kind = kind;
    box.hidden = !text;
    document.getElementById("dot").classList.toggle("away", kind === "away");
  }

  document.addEventListener("close", (event) => {
    if (event.target.contains(notice())) document.body.append(notice());
  }, true);

  let wait = null;

  function sayForAWhile(text, ms = 2500) {
    say(text, "done");
    clearTimeout(wait);
    wait = setTimeout(() => { if (notice().dataset.kind === "done") say("", ""); }, ms);
  }

  async function copied(button) {
    const { copy, copyUrl } = button.dataset;
    const text = copyUrl ? await (await fetch(copyUrl)).text() : document.querySelector(copy).textContent;
    await navigator.clipboard.writeText(text.trim());
    sayForAWhile("Copied.");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-url]");
    if (button) copied(button).catch(() => sayForAWhile("The browser does not let this page copy."));
    const choice = event.target.closest("[data-fill]");
    if (choice) {
      const field = choice.closest("form").elements.value;
      field.value = choice.dataset.fill;
      field.focus();
    }
    if (event.target.closest("[data-failure]")) goToFailure();
    if (event.target.closest("[data-reload]")) {
      event.preventDefault();
      location.reload();
    }
  });

  // from anywhere on the page: the state that the execution failed in
  function goToFailure() {
    const graph = document.getElementById("graph");
    if (!graph?.goToFailure()) return;
    graph.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    goToFailure();
  });

  /** On a narrow page the way taken is one line: the end of it is what matters. */
  function showEndOfStrip() {
    const strip = document.querySelector(".strip");
    const last = strip?.querySelector(".mark-failed, .mark-timed-out, .mark-running") ?? strip?.lastElementChild;
    if (!strip || !last) return;
    const isCut = strip.scrollWidth > strip.clientWidth;
    // what scrolls can be reached by keyboard, what does not is no stop on the way
    strip.toggleAttribute("tabindex", isCut);
    if (!isCut) return;
    strip.tabIndex = 0;
    strip.scrollLeft = last.offsetLeft - 24;
  }
  showEndOfStrip();
  document.addEventListener("htmx:after:swap", showEndOfStrip);

  /** A cause that scrolls can be reached by keyboard, one that is seen whole is no stop on the way. */
  function reachCauses() {
    for (const cause of document.querySelectorAll(".reason .cause")) {
      if (cause.scrollHeight > cause.clientHeight + 1) {
        cause.tabIndex = 0;
        cause.setAttribute("role", "group");
        cause.setAttribute("aria-label", "Cause");
      } else for (const name of ["tabindex", "role", "aria-label"]) cause.removeAttribute(name);
    }
  }
  reachCauses();
  document.addEventListener("htmx:after:swap", reachCauses);
  addEventListener("resize", reachCauses);

  // a file is read into the field that it is for: the form sends text
  document.addEventListener("change", async (event) => {
    const field = event.target.dataset?.into && document.querySelector(event.target.dataset.into);
    if (field && event.target.files?.[0]) field.value = await event.target.files[0].text();
  });

  // inputs: checked while they are typed, the last ones of each machine remembered in this browser
  const KEPT = 5;
  const LONGEST_INPUT = 262_144;
  const keptOf = (machine) => { try { return JSON.parse(localStorage.getItem(`inputs ${machine}`)) ?? []; } catch { return []; } };

  function check(field) {
    const problem = field.form.querySelector(".json-problem");
    let said = "";
    try { JSON.parse(field.value); } catch (error) { said = `Not JSON: ${error.message}`; }
    field.setAttribute("aria-invalid", String(Boolean(said)));
    field.setCustomValidity(said);
    problem.textContent = said;
  }

  function offer(field) {
    const box = field.form.querySelector(".recent");
    const inputs = keptOf(field.dataset.machine);
    box.hidden = !inputs.length;
    const label = Object.assign(document.createElement("span"), { className: "label", textContent: "Used last" });
    box.replaceChildren(label, ...inputs.map((text) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet mono";
      button.textContent = text.length > 48 ? `${text.slice(0, 47)}…` : text;
      button.title = text;
      button.addEventListener("click", () => { field.value = JSON.stringify(JSON.parse(text), null, 2); check(field); field.focus(); });
      return button;
    }));
  }

  /** An input too large for the page comes when it is asked for. */
  async function loadInput(box) {
    const field = box.querySelector("[data-load]");
    if (!field) return;
    const text = await (await fetch(field.dataset.load)).text();
    delete field.dataset.load;
    field.value = text;
    check(field);
  }

  document.addEventListener("toggle", (event) => { if (event.target.open && event.target.matches?.("details")) loadInput(event.target); }, true);

  document.addEventListener("input", (event) => { if (event.target.matches("[data-json]")) check(event.target); });
  document.addEventListener("focusin", (event) => { if (event.target.matches("[data-json]")) offer(event.target); });
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("[data-json]");
    if (!field) return;
    check(field);
    if (!field.checkValidity()) { event.preventDefault(); event.stopImmediatePropagation(); field.focus(); return; }
    const text = JSON.stringify(JSON.parse(field.value));
    // laid out it may be longer than an input may be, and without its spaces not
    if (field.value.length > LONGEST_INPUT) field.value = text;
    const kept = [text, ...keptOf(field.dataset.machine).filter((each) => each !== text)].slice(0, KEPT);
    try { localStorage.setItem(`inputs ${field.dataset.machine}`, JSON.stringify(kept)); } catch { /* there is no room for it */ }
  }, true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      const dialog = document.querySelector(opener.dataset.open);
      dialog.showModal();
      loadInput(dialog);
    }
    if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  });

  // lists by keyboard: j and k go from row to row, Enter opens
  document.addEventListener("keydown", (event) => {
    if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    const links = [...document.querySelectorAll(".list tbody a")];
    if (!links.length) return;
    const at = links.indexOf(document.activeElement);
    const next = event.key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    links[next].focus();
  });

  // a name that is shown in short is shown whole where it is pointed at, and is copied whole
  const named = (element) => element?.closest?.(".list .name a");
  for (const kind of ["focusin", "pointerover"]) {
    document.addEventListener(kind, (event) => {
      const short = named(event.target)?.querySelector(".in-short");
      short?.parentElement.classList.toggle("is-cut", isCut(short));
    });
  }

  /** Whether a name lacks its middle: nothing says so of the head, which is no element. */
  function isCut(short) {
    const { fontSize, fontFamily } = getComputedStyle(short);
    pen.font = `${fontSize} ${fontFamily}`;
    return pen.measureText(short.dataset.head + short.dataset.tail).width > short.clientWidth + 1;
  }
  const pen = document.createElement("canvas").getContext("2d");

  document.addEventListener("copy", (event) => {
    const link = named(document.activeElement);
    if (!link || !getSelection().isCollapsed) return;
    event.clipboardData.setData("text/plain", link.querySelector(".whole").textContent);
    event.preventDefault();
    sayForAWhile("Copied the name.");
  });

  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });

  // how long what runs has been running, counted on by the server's clock: the browser's may be another one
  let ahead = 0;
  let previous;
  function setClock() {
    const said = document.querySelector("[data-now]")?.dataset.now;
    // what a swap has left as it was is the time of an earlier answer
    if (said && said !== previous) ahead = Date.parse(said) - Date.now();
    previous = said;
  }
  setClock();
  document.addEventListener("htmx:after:swap", setClock);

  function elapsed(since) {
    const seconds = Math.max(Math.floor((Date.now() + ahead - Date.parse(since)) / 1000), 0);
    if (seconds < 60) return `${seconds} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  }

  setInterval(() => {
    for (const each of document.querySelectorAll("[data-since]")) each.textContent = elapsed(each.dataset.since);
    document.dispatchEvent(new CustomEvent("clock", { detail: Date.now() + ahead }));
  }, 1000);

  // to those who do not see it: that the execution has ended, and which state is shown now, and nothing else
  const tell = (text) => { document.getElementById("said").textContent = text; };
  let status = document.getElementById("live")?.dataset.status;
  document.addEventListener("htmx:after:swap", (event) => {
    const live = document.getElementById("live");
    if (!live) return;
    const link = event.detail.ctx.sourceElement;
    const state = document.getElementById("state");
    if (!/poll$/.test(link.id) && link.getAttribute("hx-target") === "#live") {
      tell(state.dataset.said ?? "");
      bringIntoView(state);
    } else if (live.dataset.status !== status && live.dataset.status === "ended") {
      tell(live.dataset.said);
    }
    status = live.dataset.status;
  });

  /** A state that was chosen far from where it is shown, as on a telephone. */
  function bringIntoView(state) {
    const { top } = state.getBoundingClientRect();
    if (top >= 0 && top < innerHeight * .7) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    state.scrollIntoView({ behavior: isCalm ? "auto" : "smooth", block: "start" });
  }

  // the console says that an engine is silent; where it says nothing itself, this page does
  const PATIENCE_MS = 2500;
  const waiting = new Map();
  document.addEventListener("htmx:before:request", (event) => {
    const { ctx } = event.detail;
    // all of a long history takes its time, and the page says that it is read
    if (!/poll$/.test(ctx.sourceElement.id) || ctx.sourceElement.id === "rest-poll") return;
    const text = "The console has not answered for 3 seconds: it is frozen or very busy. This page goes on by itself.";
    waiting.set(ctx, setTimeout(() => { asker = ctx.sourceElement.id; say(text, "away"); }, PATIENCE_MS));
  });
  for (const name of ["htmx:after:request", "htmx:error"]) {
    document.addEventListener(name, (event) => { clearTimeout(waiting.get(event.detail.ctx)); waiting.delete(event.detail.ctx); });
  }

  // the engine, or the console itself, going away and coming back
  let asker = null;
  let later = null; // what is to be said when the engine answers again, of what a person has asked it for
  const askerOf = (ctx) => ctx.sourceElement.id || ctx.sourceElement.getAttribute("action");

  document.addEventListener("htmx:response:error", (event) => sayProblem(event.detail.ctx.response, askerOf(event.detail.ctx)));

  function sayProblem(response, from) {
    const isAway = response.status === 503;
    const saidLater = response.headers.get("X-Later");
    // that it is still away is no news, and what becomes of the request is
    if (isAway && later && !saidLater) return;
    if (saidLater) later = decodeURIComponent(saidLater);
    asker = from;
    const problem = decodeURIComponent(response.headers.get("X-Problem") ?? "That did not work.");
    say(problem, isAway ? "away" : "problem");
    const [url, title] = (response.headers.get("X-Way-On") ?? "").split(" ").map(decodeURIComponent);
    if (!url) return;
    const link = Object.assign(document.createElement("a"), { href: url, textContent: title });
    notice().append(" ", link);
    // what is gone does not come back
    document.getElementById("poll")?.remove();
    delete presence.presence;
  }

  const sayGone = () => say("The console does not answer. Start it again; this page goes on by itself.", "away");
  document.addEventListener("htmx:error", (event) => { if (event.detail.ctx) sayGone(); });

  function sayBack() {
    if (notice().dataset.kind !== "away") return;
    if (later) sayForAWhile(later, 15000); else say("", "");
    later = null;
  }

  document.addEventListener("htmx:after:request", (event) => {
    const { response, sourceElement } = event.detail.ctx;
    if (!response || response.status >= 400) return;
    const said = response.headers.get("X-Said");
    if (said) sayForAWhile(decodeURIComponent(said), 7000);
    // what a page does not ask for again and again may be what the console remembers
    if (/poll$/.test(sourceElement.id) || !presence.presence) sayBack();
    // a form's problem is not solved by a list that keeps itself current
    if (notice().dataset.kind === "problem" && asker === askerOf(event.detail.ctx)) say("", "");
  });

  // a page that asks for nothing again and again asks whether the engine, and what it shows of it, is still there
  const presence = document.body.dataset;
  const BETWEEN_MS = 2000;
  const LONGEST_MS = 5000;

  async function askPresence() {
    if (presence.presence && !document.hidden && !document.querySelector("[id$=poll]")) {
      try {
        const signal = AbortSignal.timeout(LONGEST_MS);
        const response = await fetch(presence.presence, { headers: { "HX-Request": "true" }, cache: "no-store", signal });
        if (response.ok) sayBack(); else sayProblem(response, "presence");
      } catch { sayGone(); }
    }
    setTimeout(askPresence, BETWEEN_MS);
  }
  setTimeout(askPresence, BETWEEN_MS);

  const retried = document.querySelector("[data-retry]");
  if (retried) {
    setInterval(async () => {
      try {
        if ((await fetch(location.href, { cache: "no-store" })).status !== 503) location.reload();
      } catch { /* the console itself is away: ask again */ }
    }, 1500);
  }
})();
