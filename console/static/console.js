/* What the pages do beside htmx: copying, the theme, filling a field, and saying so when the engine is away. */
"use strict";
(() => {
  const notice = () => document.getElementById("notice");

  function say(text, kind) {
    const box = notice();
    if (box.textContent !== text) box.textContent = text;
    box.dataset.kind = kind;
    box.hidden = !text;
    document.getElementById("dot").classList.toggle("away", kind === "away");
  }

  let wait = null;

  function sayForAWhile(text) {
    say(text, "done");
    clearTimeout(wait);
    wait = setTimeout(() => { if (notice().dataset.kind === "done") say("", ""); }, 2500);
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
    if (event.target.closest("[data-reload]")) {
      event.preventDefault();
      location.reload();
    }
  });

  document.getElementById("theme").addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });

  // the engine, or the console itself, going away and coming back
  document.addEventListener("htmx:response:error", (event) => {
    const { response } = event.detail.ctx;
    say(response.headers.get("X-Problem") ?? "That did not work.", response.status === 503 ? "away" : "problem");
  });
  document.addEventListener("htmx:error", (event) => {
    if (event.detail.ctx) say("The console does not answer. Start it again; this page goes on by itself.", "away");
  });
  document.addEventListener("htmx:after:request", (event) => {
    const { response } = event.detail.ctx;
    if (response && response.status < 400 && ["away", "problem"].includes(notice().dataset.kind)) say("", "");
  });

  const retried = document.querySelector("[data-retry]");
  if (retried) {
    setInterval(async () => {
      try {
        if ((await fetch(location.href, { cache: "no-store" })).status !== 503) location.reload();
      } catch { /* the console itself is away: ask again */ }
    }, 1500);
  }
})();
