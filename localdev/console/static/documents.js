/* <json-view>: a document laid out by the server, with folding, search, and the text as it came.
 *
 * Without this script it is a document to read and to copy. Each line becomes an element; one that opens an object or list
 * gets a button that hides what is in it.
 */
"use strict";
(() => {
  const LONG = 12;
  const MATCHES = "json-matches";

  /** Returns a text in lower case whatever the browser's language, each character in its place: an İ would become two. */
  function lowered(text) {
    return text.replace(/[^a-z]/gu, (each) => (each.toLowerCase().length === each.length ? each.toLowerCase() : each));
  }

  class JsonView extends HTMLElement {
    connectedCallback() {
      // where it is put into a page piece by piece, what is in it comes a moment after it
      if (this.querySelector("pre")) this.made();
      else setTimeout(() => { if (this.querySelector("pre")) this.made(); });
    }

    made() {
      if (this.isReady) return;
      this.isReady = true;
      this.pre = this.querySelector("pre");
      this.text = this.pre.textContent;
      const lines = this.text.split("\n");
      if (lines.length < 3) return;
      this.cutInLines();
      this.foldable();
      if (lines.length >= LONG) this.tools();
    }

    /** Each line an element, its coloured words kept; a word never crosses the end of a line but in what is no JSON. */
    cutInLines() {
      const lines = [document.createElement("span")];
      for (const node of [...this.pre.childNodes]) {
        const parts = node.textContent.split("\n");
        parts.forEach((part, index) => {
          if (index) lines.push(document.createElement("span"));
          if (!part) return;
          const kept = node.nodeType === Node.TEXT_NODE ? document.createTextNode(part) : node.cloneNode(false);
          if (kept.nodeType !== Node.TEXT_NODE) kept.textContent = part;
          lines.at(-1).append(kept);
        });
      }
      for (const line of lines) { line.className = "line"; line.append("\n"); }
      this.lines = lines;
      this.pre.replaceChildren(...lines);
    }

    foldable() {
      const open = [];
      this.ends = new Map();
      this.lines.forEach((line, index) => {
        const text = line.textContent.trimEnd();
        const depth = text.length - text.trimStart().length;
        if (/^\s*[}\]],?$/.test(text) && open.at(-1)?.depth === depth) this.ends.set(open.pop().index, index);
        if (/[{[]$/.test(text)) open.push({ index, depth });
      });
      for (const start of this.ends.keys()) {
        if (start === 0) continue;
        const button = document.createElement("button");
        button.type = "button";
        button.className = "fold";
        button.setAttribute("aria-expanded", "true");
        button.setAttribute("aria-label", `Fold ${this.lines[start].textContent.trim().replace(/[:{[\s]+$/, "") || "this part"}`);
        button.addEventListener("click", () => this.fold(start, button.getAttribute("aria-expanded") === "true"));
        // reached by Tab only once somebody is in the document: it is one stop
        button.tabIndex = -1;
        this.lines[start].prepend(button);
      }
      this.pre.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        if (event.target !== this.pre) return;
        event.preventDefault();
        const isOpen = [...this.ends.keys()].some((start) => start && !this.isFolded(start));
        for (const start of this.ends.keys()) if (start) this.fold(start, isOpen);
      });
    }

    isFolded(start) { return this.lines[start].classList.contains("folded"); }

    fold(start, isFolded) {
      this.lines[start].classList.toggle("folded", isFolded);
      this.lines[start].querySelector(".fold").setAttribute("aria-expanded", String(!isFolded));
      for (let index = start + 1; index < this.ends.get(start); index += 1) {
        this.lines[index].hidden = isFolded || this.isWithinFold(index);
      }
    }

    isWithinFold(index) {
      return [...this.ends].some(([start, end]) => start && start < index && index < end && this.isFolded(start));
    }

    tools() {
      const box = document.createElement("div");
      box.className = "json-tools";
      const label = this.dataset.label ?? "the document";
      const field = Object.assign(document.createElement("input"), { type: "search", placeholder: "Search", autocomplete: "off", spellcheck: false });
      field.setAttribute("aria-label", `Search ${label}`);
      const said = document.createElement("span");
      said.className = "note";
      said.setAttribute("aria-live", "polite");
      const raw = Object.assign(document.createElement("button"), { type: "button", className: "quiet copy", textContent: "Raw" });
      raw.setAttribute("aria-pressed", "false");
      raw.setAttribute("aria-label", `${label}: raw`);
      raw.addEventListener("click", () => this.toggleRaw(raw));
      field.addEventListener("input", () => { this.at = -1; this.search(field.value, said); });
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.search(field.value, said);
      });
      box.append(field, said, raw);
      this.prepend(box);
    }

    toggleRaw(button) {
      const isRaw = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(isRaw));
      if (isRaw) {
        let text = this.text;
        try { text = JSON.stringify(JSON.parse(this.text)); } catch { /* a beginning, or no JSON: as it is */ }
        this.pre.textContent = text;
      } else this.pre.replaceChildren(...this.lines);
    }

    search(wanted, said) {
      const places = [];
      const text = lowered(wanted);
      for (const walker = document.createTreeWalker(this.pre, NodeFilter.SHOW_TEXT); text && walker.nextNode();) {
        const node = walker.currentNode;
        const within = lowered(node.data);
        for (let at = within.indexOf(text); at >= 0; at = within.indexOf(text, at + text.length)) {
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, Math.min(at + text.length, node.data.length));
          places.push(range);
        }
      }
      if (globalThis.CSS?.highlights) CSS.highlights.set(MATCHES, new Highlight(...places));
      this.at = places.length ? ((this.at ?? -1) + 1) % places.length : -1;
      said.textContent = !text ? "" : places.length ? `${this.at + 1} of ${places.length}` : "not found";
      if (places.length) this.show(places[this.at]);
    }

    show(range) {
      const line = range.startContainer.parentElement.closest(".line");
      if (line) {
        const index = this.lines.indexOf(line);
        for (const [start, end] of this.ends) if (start && start < index && index < end && this.isFolded(start)) this.fold(start, false);
      }
      const { top } = range.getBoundingClientRect();
      const frame = this.pre.getBoundingClientRect();
      this.pre.scrollTop += top - frame.top - this.pre.clientHeight / 3;
    }
  }

  customElements.define("json-view", JsonView);
})();
