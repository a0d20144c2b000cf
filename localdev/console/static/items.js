/* <item-grid data-items="ssfr…">: a cell for each item of a Map, or branch of a Parallel, on a canvas.
 *
 * A letter is an item's status, and its place the item's index. Only what is in sight is drawn, so that ten thousand items
 * scroll as ten do. For the keyboard and for those who hear the page it is a list box with the one option that is current.
 *
 * data-selected   the index of the item that is looked at
 * data-visit      the visit of the Map whose items these are
 * data-page       where an item's link leads, with ?item=VISIT.INDEX; data-live: where htmx gets the same
 * data-child      where an item that is an execution of its own leads, its index added
 * data-search     where the indexes of the items that contain a text are found, with &q=TEXT
 */
"use strict";
(() => {
  const MARKS = { s: "succeeded", f: "failed", r: "running", a: "aborted", t: "timed-out", c: "caught", n: "not-reached" };
  const WORDS = { s: "succeeded", f: "failed", r: "running", a: "aborted", t: "timed out", c: "caught", n: "not started" };
  const FEW = 120;
  const NUMBERED = { width: 46, height: 26, gap: 5 };
  const SMALL = { width: 15, height: 15, gap: 4 };
  const WAIT_MS = 200;

  class ItemGrid extends HTMLElement {
    static observedAttributes = ["data-items", "data-selected"];

    connectedCallback() {
      if (!this.canvas) this.make();
      this.watch = new ResizeObserver(() => this.arrange());
      this.watch.observe(this);
      this.gone = new AbortController();
      const { signal } = this.gone;
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recoloured(), { signal });
      this.themed = new MutationObserver(() => this.recoloured());
      this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
      this.arrange();
    }

    disconnectedCallback() { this.watch.disconnect(); this.themed.disconnect(); this.gone.abort(); }

    attributeChangedCallback() { if (this.canvas) this.arrange(); }

    make() {
      this.canvas = document.createElement("canvas");
      this.canvas.setAttribute("aria-hidden", "true");
      this.space = document.createElement("div");
      this.space.className = "item-space";
      this.option = document.createElement("div");
      this.option.className = "visually-hidden";
      this.option.setAttribute("role", "option");
      this.option.id = `${this.id}-option`;
      this.replaceChildren(this.canvas, this.space, this.option);
      this.setAttribute("role", "listbox");
      this.setAttribute("aria-label", `${this.dataset.noun === "Branch" ? "Branches" : `${this.dataset.noun}s`}, each with its status`);
      this.tabIndex = 0;
      this.statuses = new Set();
      this.found = null;
      // what went wrong is what is looked for
      this.current = this.dataset.selected ? Number(this.dataset.selected) : Math.max(0, this.dataset.items.search(/[ft]/));
      this.addEventListener("scroll", () => this.drawSoon(), { passive: true });
      this.addEventListener("click", (event) => { const at = this.under(event); if (at !== null) this.choose(at); });
      this.addEventListener("pointermove", (event) => {
        const at = this.under(event);
        this.title = at === null ? "" : this.said(at);
        this.style.cursor = at === null ? "" : "pointer";
      });
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("focus", () => { this.drawSoon(); this.tell(); });
      this.addEventListener("blur", () => this.drawSoon());
      this.filters();
    }

    filters() {
      const panel = this.closest(".tab-panel");
      panel.addEventListener("click", (event) => {
        const button = event.target.closest("[data-item-status]");
        if (!button) return;
        const { itemStatus } = button.dataset;
        if (!this.statuses.delete(itemStatus)) this.statuses.add(itemStatus);
        this.arrange();
        this.sayCount();
      });
      let wait = null;
      panel.addEventListener("input", (event) => {
        if (!event.target.matches("[data-item-text]")) return;
        clearTimeout(wait);
        wait = setTimeout(() => this.search(event.target.value.trim()), WAIT_MS);
      });
    }

    async search(text) {
      this.wanted = text;
      const found = text ? await (await fetch(`${this.dataset.search}&q=${encodeURIComponent(text)}`)).json() : null;
      if (this.wanted !== text) return; // something else has been typed since
      this.found = found ? new Set(found) : null;
      this.arrange();
      this.sayCount();
    }

    sayCount() {
      const all = this.dataset.items.length;
      const said = this.shown.length === all ? "" : this.shown.length ? `${this.shown.length.toLocaleString("en")} of ${all.toLocaleString("en")} are shown.` : "None matches.";
      this.closest(".tab-panel").querySelector("[data-item-said]").textContent = said;
    }

    arrange() {
      for (const button of this.closest(".tab-panel")?.querySelectorAll("[data-item-status]") ?? []) {
        button.setAttribute("aria-pressed", String(this.statuses.has(button.dataset.itemStatus)));
      }
      const items = this.dataset.items;
      this.shown = [];
      for (let index = 0; index < items.length; index += 1) {
        if (this.statuses.size && !this.statuses.has(items[index])) continue;
        if (this.found && !this.found.has(index)) continue;
        this.shown.push(index);
      }
      this.cell = items.length <= FEW ? NUMBERED : SMALL;
      const { width, height, gap } = this.cell;
      this.across = Math.max(1, Math.floor((this.clientWidth - gap) / (width + gap)));
      this.space.style.height = `${Math.ceil(this.shown.length / this.across) * (height + gap) + gap}px`;
      if (!this.shown.includes(this.current)) this.current = this.shown[0] ?? 0;
      this.option.setAttribute("aria-setsize", String(items.length));
      this.setAttribute("aria-activedescendant", this.option.id);
      this.tell();
      this.drawSoon();
      if (this.isPlaced || !this.clientWidth) return;
      this.isPlaced = true;
      this.reveal();
    }

    recoloured() { this.colours = null; this.drawSoon(); }

    /** A mark's colours as they are just now: the canvas knows no variables. */
    colourOf(letter) {
      this.colours ??= {};
      if (!this.colours[letter]) {
        const probe = document.createElement("span");
        probe.className = `item-probe mark-${MARKS[letter] ?? "aborted"}`;
        this.append(probe);
        const { color, backgroundColor, borderColor } = getComputedStyle(probe);
        this.colours[letter] = { mark: color, soft: backgroundColor, ink: borderColor };
        probe.remove();
      }
      return this.colours[letter];
    }

    drawSoon() {
      if (this.asked) return;
      this.asked = requestAnimationFrame(() => { this.asked = null; this.draw(); });
    }

    draw() {
      const ratio = devicePixelRatio || 1;
      const { clientWidth, clientHeight, scrollTop } = this;
      if (!clientWidth) return;
      this.canvas.width = clientWidth * ratio;
      this.canvas.height = clientHeight * ratio;
      this.canvas.style.width = `${clientWidth}px`;
      this.canvas.style.height = `${clientHeight}px`;
      const pen = this.canvas.getContext("2d");
      pen.scale(ratio, ratio);
      const { width, height, gap } = this.cell;
      const first = Math.max(0, Math.floor(scrollTop / (height + gap)) * this.across);
      const last = Math.min(this.shown.length, (Math.ceil((scrollTop + clientHeight) / (height + gap)) + 1) * this.across);
      for (let place = first; place < last; place += 1) {
        const { x, y } = this.placeOf(place);
        this.drawCell(pen, this.shown[place], x, y - scrollTop);
      }
      this.drawn = last - first;
    }

    placeOf(place) {
      const { width, height, gap } = this.cell;
      return { x: gap + (place % this.across) * (width + gap), y: gap + Math.floor(place / this.across) * (height + gap) };
    }

    drawCell(pen, index, x, y) {
      const letter = this.dataset.items[index];
      const { width, height } = this.cell;
      const { mark, soft, ink } = this.colourOf(letter);
      const isNumbered = this.cell === NUMBERED;
      pen.lineWidth = 1.3;
      pen.setLineDash(letter === "n" ? [2, 2] : []);
      pen.beginPath();
      pen.roundRect(x + .5, y + .5, width - 1, height - 1, isNumbered ? 6 : 3);
      pen.fillStyle = isNumbered || letter !== "s" ? soft : mark;
      pen.fill();
      pen.strokeStyle = mark;
      pen.stroke();
      pen.setLineDash([]);
      shape(pen, letter, x + (isNumbered ? 12 : width / 2), y + height / 2, mark);
      if (isNumbered) {
        pen.fillStyle = letter === "n" ? mark : ink;
        pen.font = "600 12px system-ui, sans-serif";
        pen.textAlign = "right";
        pen.textBaseline = "middle";
        pen.fillText(String(index), x + width - 8, y + height / 2 + .5);
      }
      const isCurrent = index === this.current && this.matches(":focus-visible");
      if (!isCurrent && String(index) !== this.dataset.selected) return;
      pen.lineWidth = 2.5;
      pen.strokeStyle = ink;
      pen.beginPath();
      pen.roundRect(x - 1.5, y - 1.5, width + 3, height + 3, isNumbered ? 8 : 5);
      pen.stroke();
    }

    under(event) {
      const box = this.getBoundingClientRect();
      const { width, height, gap } = this.cell;
      const column = Math.floor((event.clientX - box.left - gap / 2) / (width + gap));
      const row = Math.floor((event.clientY - box.top + this.scrollTop - gap / 2) / (height + gap));
      const place = row * this.across + column;
      return column >= 0 && column < this.across && place >= 0 && place < this.shown.length ? this.shown[place] : null;
    }

    said(index) { return `${this.dataset.noun} ${index}, ${WORDS[this.dataset.items[index]] ?? "unknown"}`; }

    tell() {
      if (!this.shown.length) return;
      this.option.textContent = this.said(this.current);
      this.option.setAttribute("aria-posinset", String(this.current + 1));
      this.option.setAttribute("aria-selected", String(String(this.current) === this.dataset.selected));
    }

    pressed(event) {
      const at = this.shown.indexOf(this.current);
      const ways = {
        ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + this.across, ArrowUp: at - this.across, Home: 0, End: this.shown.length - 1,
        PageDown: at + this.across * 8, PageUp: at - this.across * 8,
      };
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        if (at >= 0) this.choose(this.current);
      } else if (event.key in ways && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.current = this.shown[Math.max(0, Math.min(ways[event.key], this.shown.length - 1))] ?? 0;
        this.reveal();
        this.tell();
        this.drawSoon();
      }
    }

    reveal() {
      const { y } = this.placeOf(this.shown.indexOf(this.current));
      const { height, gap } = this.cell;
      if (y - gap < this.scrollTop) this.scrollTop = y - gap;
      else if (y + height + gap > this.scrollTop + this.clientHeight) this.scrollTop = y + height + gap - this.clientHeight;
    }

    choose(index) {
      if (this.dataset.child) {
        location.assign(`${this.dataset.child}${index}`);
        return;
      }
      const query = `?item=${this.dataset.visit}.${index}`;
      const link = document.createElement("a");
      const attributes = {
        href: `${this.dataset.page}${query}`, "hx-get": `${this.dataset.live}${query}`, "hx-target": "#live",
        "hx-swap": "outerMorph", "hx-push-url": `${this.dataset.page}${query}`,
      };
      for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value);
      link.hidden = true;
      this.space.replaceChildren(link);
      window.htmx.process(link);
      link.click();
    }
  }

  /** A status as a shape, so that colour is never the only sign. */
  function shape(pen, letter, x, y, colour) {
    pen.strokeStyle = colour;
    pen.fillStyle = colour;
    pen.lineWidth = 2;
    pen.lineCap = "round";
    pen.beginPath();
    if (letter === "f") { pen.moveTo(x - 3, y - 3); pen.lineTo(x + 3, y + 3); pen.moveTo(x + 3, y - 3); pen.lineTo(x - 3, y + 3); }
    if (letter === "t") { pen.moveTo(x, y - 3.5); pen.lineTo(x, y); pen.lineTo(x + 3, y + 2); }
    if (letter === "r") { for (const step of [-3.5, 0, 3.5]) { pen.moveTo(x + step, y); pen.lineTo(x + step + .01, y); } }
    if (letter === "c") { pen.moveTo(x, y - 3.5); pen.lineTo(x, y + .8); pen.moveTo(x, y + 3.4); pen.lineTo(x + .01, y + 3.4); }
    if (letter === "s") { pen.moveTo(x - 3.2, y + .3); pen.lineTo(x - .8, y + 2.7); pen.lineTo(x + 3.4, y - 2.5); }
    if (letter === "a") pen.fillRect(x - 2.5, y - 2.5, 5, 5);
    pen.stroke();
  }

  customElements.define("item-grid", ItemGrid);
})();
