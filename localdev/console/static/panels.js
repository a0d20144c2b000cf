/* The parts of an execution's page that open and close: the tabs of a state, and the timeline's zoom.
 *
 * What was opened stays open when the page's changing part is replaced, and when another state is looked at.
 */
"use strict";
(() => {
  // tabs

  const OUTLINE = 3; // around what is looked at, outside of its box

  let chosen = null; // what a person has opened; until then each state opens its own first tab

  function showTab(wanted) {
    const state = document.getElementById("state");
    const tabs = [...(state?.querySelectorAll(".tab") ?? [])];
    if (!tabs.length) return;
    const shown = tabs.find((tab) => tab.dataset.tab === wanted) ?? tabs.find((tab) => tab.dataset.tab === state.dataset.firstTab) ?? tabs[0];
    for (const tab of tabs) {
      const isShown = tab === shown;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isShown;
    }
    within(shown.parentElement, shown);
  }

  /** Scroll a box, and nothing around it, until what is in it is seen. */
  function within(box, inner) {
    const [frame, place] = [box.getBoundingClientRect(), inner.getBoundingClientRect()];
    box.scrollLeft += Math.min(0, place.left - OUTLINE - frame.left) + Math.max(0, place.right + OUTLINE - frame.right);
    box.scrollTop += Math.min(0, place.top - OUTLINE - frame.top) + Math.max(0, place.bottom + OUTLINE - frame.bottom);
  }

  /** Of the many visits of a state the one that is looked at. */
  function showVisit() {
    const chip = document.querySelector(".visits [aria-current]");
    if (chip) within(chip.parentElement, chip);
  }

  document.addEventListener("click", (event) => {
    const tab = event.target.closest(".tab");
    if (!tab) return;
    chosen = tab.dataset.tab;
    showTab(chosen);
  });

  document.addEventListener("keydown", (event) => {
    const tab = event.target.closest?.(".tab");
    if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
    const tabs = [...tab.parentElement.querySelectorAll(".tab")];
    const at = tabs.indexOf(tab);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const other = tabs[(next + tabs.length) % tabs.length];
    other.focus();
    other.click();
  });

  // events: those of an attempt, in place

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-group]");
    if (!button) return;
    const isOpen = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(isOpen));
    for (const row of button.closest("tbody").querySelectorAll(".member")) row.hidden = !isOpen;
  });

  // the timeline: a part of it by dragging, all of it by the button

  const WIDTH = 1000;
  const LEAST = 6;
  let zoom = null; // of the timeline's width: {from, to}
  let now = null; // by the server's clock, at its last tick

  const FINE = .02;
  const tickText = (seconds, span) => (span < FINE ? `${Number((seconds * 1000).toFixed(1))} ms` : duration(seconds));
  const duration = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : seconds < 60 ? `${seconds.toFixed(2)} s` : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`);

  function showZoom() {
    const { from, to } = zoom ?? { from: 0, to: WIDTH };
    for (const bars of document.querySelectorAll(".timeline .bars")) bars.setAttribute("viewBox", `${from} 0 ${to - from} 14`);
    const reset = document.querySelector("[data-zoom-out]");
    if (reset) reset.hidden = !zoom;
    if (!zoom) {
      grow();
      return;
    }
    const ticks = document.querySelector(".ticks");
    if (!ticks) return;
    const began = Number(ticks.dataset.began);
    const span = Number(ticks.dataset.ended) - began;
    [...ticks.children].forEach((tick, index, all) => {
      const part = (span * (to - from)) / WIDTH;
      tick.textContent = tickText(began + (span * from) / WIDTH + (part * index) / (all.length - 1), part);
    });
  }

  const placeIn = (bars, clientX) => {
    const box = bars.getBoundingClientRect();
    const { from, to } = zoom ?? { from: 0, to: WIDTH };
    return Math.max(from, Math.min(to, from + ((clientX - box.left) / box.width) * (to - from)));
  };

  let drag = null;
  document.addEventListener("pointerdown", (event) => {
    const bars = event.target.closest?.(".timeline .bars");
    if (!bars || event.button > 0 || event.pointerType === "touch") return;
    drag = { bars, start: event.clientX, from: placeIn(bars, event.clientX), shade: null };
    event.preventDefault();
  });
  document.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const list = drag.bars.closest(".timeline");
    drag.shade ??= list.appendChild(Object.assign(document.createElement("div"), { className: "shade" }));
    const frame = list.getBoundingClientRect();
    const left = Math.min(drag.start, event.clientX);
    drag.shade.style.left = `${left - frame.left}px`;
    drag.shade.style.width = `${Math.abs(event.clientX - drag.start)}px`;
  });
  document.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const { bars, start, from, shade } = drag;
    drag = null;
    shade?.remove();
    if (Math.abs(event.clientX - start) < LEAST) return;
    const to = placeIn(bars, event.clientX);
    zoom = { from: Math.min(from, to), to: Math.max(from, to) };
    showZoom();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-zoom-out]")) return;
    zoom = null;
    const bars = document.querySelector(".ticks");
    if (bars) for (const tick of bars.children) tick.textContent = tick.dataset.whole ?? tick.textContent;
    showZoom();
  });

  /** What runs reaches to now: between two answers of the server the axis grows with the clock. */
  function grow() {
    const ticks = document.querySelector(".ticks[data-start]");
    if (!ticks || zoom || drag || now === null) return;
    const seconds = (now - Date.parse(ticks.dataset.start)) / 1000;
    const span = Number(ticks.dataset.ended);
    if (span <= 0 || seconds <= span) return;
    const width = (WIDTH * seconds) / span;
    for (const bars of document.querySelectorAll(".timeline .bars")) {
      bars.setAttribute("viewBox", `0 0 ${width} 14`);
      bars.querySelector("line").setAttribute("x2", width);
      for (const bar of bars.querySelectorAll(".bar-running")) bar.setAttribute("width", width - Number(bar.getAttribute("x")));
    }
    [...ticks.children].forEach((tick, index, all) => { tick.textContent = duration((seconds * index) / (all.length - 1)); });
  }
  document.addEventListener("clock", (event) => { now = event.detail; grow(); });

  function again() { showTab(chosen); showVisit(); showZoom(); }
  again();
  document.addEventListener("htmx:after:swap", again);
})();
