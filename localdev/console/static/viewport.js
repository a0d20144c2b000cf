/* The frame of a graph: panning, zooming, fitting, full screen, and an overview of what is larger than the frame.
 *
 * Panzoom moves the drawing; this says where to. Distances are pixels of the screen, places those of the drawing.
 */
"use strict";
globalThis.ExecutionViewport = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LEGIBLE = 0.85;
  const LEAST = 0.01;
  const MOST = 3;
  const STEP = 1.25;
  const MARGIN = 12;
  const HEIGHT = { least: 280, share: 0.72, beneath: 64 };
  const OVERVIEW = { width: 150, height: 110, least: 32 };
  const DRAGGED = 4;
  const GLYPHS = {
    in: "M3 8h10M8 3v10", out: "M3 8h10", fit: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", full: "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4M6 6h4v4H6z",
    failure: "M8 2v7M8 12.5h.01",
  };

  const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  class ExecutionViewport {
    constructor(host, svg, world, drawing) {
      Object.assign(this, { host, svg, world, drawing });
      this.scale = 1;
      this.sized();
      this.panzoom = Panzoom(world, {
        canvas: true, minScale: LEAST, maxScale: MOST, step: 0.3, cursor: "grab", noBind: true,
        // one finger scrolls the page where there is nothing to be moved
        touchAction: this.fitting() >= LEGIBLE ? "pan-x pan-y" : "none",
        handleStartEvent: (event) => { if (event.target.closest?.("[data-toggle]")) return; event.preventDefault(); },
      });
      this.bind();
      host.append(this.controls(), this.overview());
      world.addEventListener("panzoomchange", () => this.moved());
    }

    bind() {
      const { svg, panzoom } = this;
      // over the drawing while it is dragged: the browser looks for what is under the pointer, and finds it at once
      this.cover = document.createElementNS(SVG, "rect");
      for (const [name, value] of Object.entries({ class: "cover", width: "100%", height: "100%" })) this.cover.setAttribute(name, value);
      let from = null;
      let latest = null;
      svg.addEventListener("pointerdown", (event) => {
        if (event.target.closest("[data-toggle]") || event.button > 0) return;
        from = { x: event.clientX, y: event.clientY, isFar: false };
        panzoom.handleDown(event);
      });
      const move = (event) => {
        if (!from) return;
        if (!from.isFar && Math.hypot(event.clientX - from.x, event.clientY - from.y) > DRAGGED) {
          from.isFar = true;
          svg.append(this.cover);
          svg.classList.add("moving");
        }
        // once for each frame, however often a pointer says where it is
        if (!latest) requestAnimationFrame(() => { const last = latest; latest = null; if (from && last) panzoom.handleMove(last); });
        latest = event;
      };
      const up = (event) => {
        if (latest && from) panzoom.handleMove(latest);
        latest = null;
        panzoom.handleUp(event);
        this.cover.remove();
        svg.classList.remove("moving");
        setTimeout(() => { from = null; });
      };
      // for as long as the graph is there, and no longer
      this.gone = new AbortController();
      const { signal } = this.gone;
      document.addEventListener("pointermove", move, { passive: true, signal });
      document.addEventListener("pointerup", up, { passive: true, signal });
      document.addEventListener("pointercancel", up, { passive: true, signal });
      svg.addEventListener("click", (event) => {
        if (!from?.isFar) return;
        event.preventDefault();
        event.stopPropagation();
      }, { capture: true });
      svg.addEventListener("wheel", (event) => {
        // a page whose graph fits its frame scrolls on; a graph that does not, zooms
        if (!event.ctrlKey && !event.metaKey && !this.isLarge() && !document.fullscreenElement) return;
        event.preventDefault();
        panzoom.zoomWithWheel(event);
      }, { passive: false });
      document.addEventListener("fullscreenchange", () => { this.sized(); this.fit(); }, { signal });
    }

    end() { this.gone.abort(); this.panzoom.destroy(); }

    /** The frame is as high as its drawing, as far as the window reaches beneath its upper edge. */
    sized() {
      const { width, height } = this.drawing;
      const top = this.host.getBoundingClientRect().top + scrollY;
      const most = Math.max(HEIGHT.least, Math.min(innerHeight - top - HEIGHT.beneath, innerHeight * HEIGHT.share));
      const across = this.host.clientWidth || width;
      const natural = height * Math.min(1, Math.max(LEGIBLE, across / width));
      this.svg.style.height = document.fullscreenElement === this.host ? "" : `${Math.round(Math.min(most, natural + 2))}px`;
      this.frame = { width: across, height: this.svg.clientHeight };
    }

    resized() {
      const before = this.frame;
      this.sized();
      if (before.width !== this.frame.width || before.height !== this.frame.height) this.moved();
    }

    isLarge() {
      const { width, height } = this.drawing;
      return width * this.scale > this.frame.width + 2 || height * this.scale > this.frame.height + 2;
    }

    fitting() {
      const { width, height } = this.drawing;
      return Math.min(1, this.frame.width / width, this.frame.height / height);
    }

    state() { return { scale: this.scale, ...this.panzoom.getPan() }; }

    restore({ scale, x, y }) {
      this.go(scale, { x, y }, false);
    }

    go(scale, { x, y }, animate) {
      // Panzoom goes to its start once more, a moment after it was made
      this.panzoom.setOptions({ startX: x, startY: y });
      this.panzoom.zoom(scale, { animate, force: true });
      this.panzoom.pan(x, y, { animate, force: true });
      this.moved();
    }

    /** All of it where that can be read; else in full size, with the state that is worth looking at in the middle. */
    begin(name) {
      if (this.fitting() >= LEGIBLE) return this.fit(false);
      const place = name === null ? null : this.drawing.cards.get(name)?.at;
      // a definition on its own begins with its first state
      const [first] = this.drawing.cards.values();
      if (!place) return this.centre({ ...first?.at ?? { x: 0, width: this.drawing.width }, y: 0, height: this.frame.height }, 1, false);
      const shown = this.inTheWindow();
      const wanted = Math.min(place.height + 2 * MARGIN, this.frame.height);
      // what says why it failed may leave no room for a state: then the page begins as much further down
      if (shown < wanted && !scrollY) scrollBy({ top: wanted - shown, behavior: "instant" });
      this.centre(place, 1, false, Math.max(shown, wanted));
    }

    /** How much of the frame's height is in the window: on a telephone the end of it is not. */
    inTheWindow() {
      const left = innerHeight - this.host.getBoundingClientRect().top;
      return left > 0 ? Math.min(left, this.frame.height) : this.frame.height;
    }

    fit(isAnimated = true) {
      const { width, height } = this.drawing;
      this.centre({ x: 0, y: 0, width, height }, this.fitting(), isAnimated);
    }

    /** Move no further than it takes to show a state, and make it readable. */
    reveal(name, isWanted = false) {
      const place = name === null ? undefined : this.drawing.cards.get(name)?.at;
      if (!place) return;
      const scale = isWanted && this.scale < LEGIBLE ? 1 : this.scale;
      const { x, y } = this.panzoom.getPan();
      const left = (place.x + x) * this.scale;
      const top = (place.y + y) * this.scale;
      const isShown = left >= MARGIN && top >= MARGIN && left + place.width * this.scale <= this.frame.width - MARGIN
        && top + place.height * this.scale <= this.frame.height - MARGIN;
      if (!isShown || this.covered(place, { x, y }, this.scale) || scale !== this.scale) this.centre(place, scale, true);
    }

    centre(place, scale, isAnimated, shown = this.frame.height) {
      const animate = isAnimated && !isCalm();
      const { width, height } = this.drawing;
      const frame = { width: this.frame.width / scale, height: shown / scale };
      const pan = {
        x: within(aimed(place.x, place.width, frame.width), frame.width, width),
        y: within(aimed(place.y, place.height, frame.height), frame.height, height),
      };
      const covered = this.covered(place, pan, scale);
      // what is looked at is no further beneath the overview than there is room above it
      if (covered) pan.y -= Math.min(covered / scale, Math.max(place.y + pan.y - MARGIN / scale, 0));
      this.go(scale, pan, animate);
    }

    /** How many pixels of a state the overview would lie on, from its upper edge. */
    covered(place, pan, scale) {
      if (!place.width || !this.map || this.map.hasAttribute("hidden")) return 0;
      const [over, frame] = [this.map.getBoundingClientRect(), this.svg.getBoundingClientRect()];
      const beside = (place.x + place.width + pan.x) * scale - (over.left - frame.left) + MARGIN;
      const beneath = (place.y + place.height + pan.y) * scale - (over.top - frame.top) + MARGIN;
      return over.width && beside > 0 && beneath > 0 && place.height < frame.height ? beneath : 0;
    }

    zoomBy(factor) { this.zoomTo(this.panzoom.getScale() * factor); }

    zoomTo(scale) {
      const { x, y } = this.panzoom.getPan();
      const before = this.panzoom.getScale();
      const middle = { x: this.frame.width / 2 / before - x, y: this.frame.height / 2 / before - y };
      this.centre({ ...middle, width: 0, height: 0 }, Math.min(MOST, Math.max(LEAST, scale)), true);
    }

    /** What a key does: true where it does something. */
    pressed(key) {
      const actions = { "+": () => this.zoomBy(STEP), "=": () => this.zoomBy(STEP), "-": () => this.zoomBy(1 / STEP), 0: () => this.fit(), 1: () => this.zoomTo(1) };
      if (!actions[key]) return false;
      actions[key]();
      return true;
    }

    moved() {
      this.scale = this.panzoom.getScale();
      const percent = this.host.querySelector("[data-percent]");
      const text = `${Math.round(this.scale * 100)} %`;
      if (percent && percent.textContent !== text) {
        percent.textContent = text;
        percent.setAttribute("aria-label", `${percent.textContent}: show in full size`);
      }
      const { x, y } = this.panzoom.getPan();
      if (this.window) {
        this.map.toggleAttribute("hidden", !this.isLarge());
        const { across, down } = this.reduced;
        for (const [name, part] of [["width", across], ["height", down]]) {
          const size = `${this.frame[name] / this.scale * part}px`;
          if (this.window.style[name] !== size) this.window.style[name] = size;
        }
        this.window.style.transform = `translate(${-x * across}px, ${-y * down}px)`;
      }
    }

    controls() {
      const bar = document.createElement("div");
      bar.className = "graph-controls";
      bar.setAttribute("role", "group");
      bar.setAttribute("aria-label", "Zoom");
      const button = (label, glyph, act) => {
        const made = document.createElement("button");
        made.type = "button";
        made.className = "quiet icon";
        made.tabIndex = -1;
        made.setAttribute("aria-label", label);
        made.title = label;
        made.innerHTML = `<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="${GLYPHS[glyph]}"/></svg>`;
        made.addEventListener("click", act);
        return made;
      };
      const whole = document.createElement("button");
      whole.type = "button";
      whole.className = "quiet percent";
      whole.tabIndex = -1;
      whole.dataset.percent = "";
      whole.title = "Full size (1)";
      whole.textContent = "100 %";
      whole.addEventListener("click", () => this.zoomTo(1));
      bar.append(
        button("Zoom out (-)", "out", () => this.zoomBy(1 / STEP)), whole, button("Zoom in (+)", "in", () => this.zoomBy(STEP)),
        button("Fit (0)", "fit", () => this.fit()), button("Full screen", "full", () => this.fullScreen()),
      );
      return bar;
    }

    fullScreen() {
      if (document.fullscreenElement) document.exitFullscreen();
      else this.host.requestFullscreen?.();
    }

    overview() {
      const { width, height } = this.drawing;
      const factor = Math.min(OVERVIEW.width / width, OVERVIEW.height / height);
      // what is very long would be a line that nobody can look at or point at
      const across = Math.max(width * factor, OVERVIEW.least);
      const down = Math.max(height * factor, OVERVIEW.least);
      const map = document.createElementNS(SVG, "svg");
      const attributes = { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", width: across, height: down };
      for (const [name, value] of Object.entries(attributes)) map.setAttribute(name, value);
      this.dots = new Map();
      for (const [name, { at }] of this.drawing.cards) {
        const dot = document.createElementNS(SVG, "rect");
        for (const [key, value] of Object.entries({ x: at.x, y: at.y, width: at.width, height: at.height, rx: 6 })) dot.setAttribute(key, value);
        this.dots.set(name, dot);
        map.append(dot);
      }
      const shown = document.createElement("div");
      shown.className = "graph-overview";
      shown.setAttribute("aria-hidden", "true");
      this.window = document.createElement("div");
      this.window.className = "window";
      shown.append(map, this.window);
      this.reduced = { across: across / width, down: down / height };
      const go = (event) => {
        if (!event.buttons) return;
        const box = map.getBoundingClientRect();
        const x = (event.clientX - box.x) / across * width;
        const y = (event.clientY - box.y) / down * height;
        this.centre({ x, y, width: 0, height: 0 }, this.scale, false);
      };
      shown.addEventListener("pointerdown", go);
      shown.addEventListener("pointermove", go);
      this.map = shown;
      return shown;
    }

    painted(graph) {
      for (const node of graph.nodes) {
        const kind = `mark-${"plain" in this.host.dataset ? "plain" : node.mark.replaceAll(" ", "-")}`;
        this.dots.get(node.name)?.setAttribute("class", `${kind}${node.is_container ? " container" : ""}${node.is_culprit ? " culprit" : ""}`);
      }
    }
  }

  /** In the middle of the frame; of what is larger, its beginning. */
  function aimed(start, length, frame) { return length > frame ? MARGIN * 2 - start : frame / 2 - start - length / 2; }

  /** A drawing that is smaller than its frame is in the middle; one that is larger leaves no empty edge. */
  function within(pan, frame, size) {
    if (size <= frame) return (frame - size) / 2;
    return Math.min(0, Math.max(frame - size, pan));
  }

  return ExecutionViewport;
})();
