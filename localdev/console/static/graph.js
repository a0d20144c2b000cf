/* <execution-graph data-graph='{"nodes": […], "edges": […]}'>: a state machine drawn, and what an execution did to it.
 *
 * layout.js says where everything is; what happens only changes classes and texts.
 *
 * data-selected   the state that is looked at
 * data-page       where a state's link leads, with ?state=NAME; no links without it
 * data-live       where htmx gets the same page's changing part
 * data-query      what more of the address its links keep
 * data-plain      a definition on its own: no marks
 * data-coverage   counts of many executions: what none has reached is dashed
 * data-viewport   in a frame that pans and zooms (viewport.js); else in its natural size
 */
"use strict";
(() => {
  const { BOX, DOT, LABEL_LINE, NODE, ROOMY, TIGHT, curve, cut, laidOut, rounded, widthOf } = executionLayout;
  const SVG = "http://www.w3.org/2000/svg";
  const TIGHT_BELOW = 440;
  const PAGE = 10;
  const MANY = 60;
  const BADGE = 12;
  const SUBTITLE_FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const GLYPH_SCALE = 1.15;
  const SIGNS = {
    running: "M-4.5 0h.01M0 0h.01M4.5 0h.01",
    succeeded: "M-3.8 .4L-1 3.2L4 -3",
    retried: "M3.6 -1.6A4 4 0 1 0 4 1M4 -4v2.6h-2.6",
    caught: "M0 -4.2v4.8M0 3.7h.01",
    failed: "M-3 -3L3 3M3 -3L-3 3",
    "timed out": "M0 -3.8V.2L2.6 2.2",
    aborted: "M-2.4 -2.4h4.8v4.8h-4.8z",
  };
  const GLYPHS = {
    Task: "M4 3h8v10H4zM6.5 6.2h3M6.5 8.2h3M6.5 10.2h2",
    Choice: "M8 2l6 6-6 6-6-6zM8 5.6v3M8 10.3v.3",
    Wait: "M8 2.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4zM8 5v3.2l2.2 1.3",
    Pass: "M2.5 8h10M9 4.5L12.5 8 9 11.5",
    Succeed: "M8 2.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4zM5.4 8.2l1.8 1.8 3.4-3.8",
    Fail: "M8 2.4a5.6 5.6 0 1 0 0 11.2A5.6 5.6 0 0 0 8 2.4zM6 6l4 4M10 6l-4 4",
    Parallel: "M8 2v3M4 5h8M4 5v6M12 5v6M4 11h8M8 11v3",
    Map: "M3 5.5h8v8H3zM5.5 5.5V3H13v7.5h-2",
  };

  function element(name, attributes = {}, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** The first of the texts that is no wider than there is room, else as much of the last as is. */
  function fitting(texts, room) {
    return texts.find((text) => text && widthOf(text, SUBTITLE_FONT) <= room) ?? cut(texts.at(-1) || texts[0], SUBTITLE_FONT, room);
  }

  const NUMBERS = { a: 7, c: 6, h: 1, l: 2, m: 2, v: 1, z: 0 };

  /** A path's data, scaled and moved: a transform of its own for each would make the browser sort hundreds of layers. */
  function placed(data, x, y, scale = 1) {
    return data.replace(/([a-z])([^a-z]*)/gi, (_, command, rest) => {
      const kind = command.toLowerCase();
      const isAbsolute = command !== kind;
      const numbers = (rest.match(/-?\d*\.?\d+/g) ?? []).map((text, index) => {
        const at = index % NUMBERS[kind];
        // of an arc the angle and the two flags are neither lengths nor places
        if (kind === "a" && at > 1 && at < 5) return text;
        const isX = kind === "h" || (kind === "a" ? at === 5 : kind !== "v" && at % 2 === 0);
        const isPlace = isAbsolute && !(kind === "a" && at < 5);
        return +(Number(text) * scale + (isPlace ? (isX ? x : y) : 0)).toFixed(2);
      });
      return command + numbers.join(" ");
    });
  }

  let made = 0;

  class ExecutionGraph extends HTMLElement {
    static observedAttributes = ["data-graph", "data-selected", "data-query"];

    connectedCallback() {
      this.draw();
      this.watch ??= new ResizeObserver(() => this.resized());
      this.watch.observe(this);
      if (this.keyed) return;
      this.keyed = true;
      this.addEventListener("keydown", (event) => this.pressed(event));
      this.addEventListener("click", (event) => this.toggled(event));
      this.addEventListener("focusin", (event) => this.focused(event));
    }

    disconnectedCallback() { this.watch?.disconnect(); }

    resized() {
      if (!this.isConnected || !this.shape) return;
      if (this.room() !== this.drawnFor) this.draw();
      else this.view?.resized();
    }

    /** How much room there is; as yet unknown where it is not shown. */
    room() { return this.clientWidth && this.clientWidth < TIGHT_BELOW ? TIGHT : ROOMY; }

    attributeChangedCallback() { if (this.isConnected) this.draw(); }

    draw() {
      const graph = JSON.parse(this.dataset.graph);
      const shape = JSON.stringify([
        graph.nodes.map((node) => [node.name, node.type, node.container, node.branch]),
        graph.edges.map((edge) => [edge.source, edge.target, edge.label, edge.is_catch]),
      ]);
      const room = this.room();
      if (this.named !== shape) this.collapsed = collapsedAtFirst(graph, this.dataset.selected);
      this.named = shape;
      const wanted = `${shape}${[...this.collapsed]}${this.dataset.query ?? ""}`;
      if (wanted !== this.shape || room !== this.drawnFor) {
        // where everything has another size, what was in the frame is elsewhere
        const isSame = this.shape !== undefined && room === this.drawnFor;
        this.shape = wanted;
        this.drawnFor = room;
        this.build(graph, isSame);
      }
      this.graph = graph;
      this.paint(graph);
      // what is said above it may be longer now
      if (this.seen !== undefined) this.view?.resized();
      this.look(graph);
    }

    build(graph, isKept) {
      this.marker = `arrow-${made += 1}`;
      this.cards = new Map();
      this.arrows = new Map();
      const machine = laidOut(graph, null, null, this.drawnFor, this.collapsed);
      this.machine = machine;
      const width = Math.ceil(machine.width + PAGE * 2);
      const height = Math.ceil(machine.height + PAGE * 2);
      const world = element("g", { class: "world" }, this.machineDrawn(machine, PAGE, PAGE));
      const svg = element("svg", { class: "graph", role: "group", "aria-label": "States" }, this.markers(), world);
      if ("viewport" in this.dataset) {
        const before = isKept ? this.view?.state() : null;
        this.replaceChildren(svg);
        this.view?.end();
        this.view = new ExecutionViewport(this, svg, world, { width, height, cards: this.cards });
        this.seen = before ? this.seen : undefined;
        if (before) this.view.restore(before);
      } else {
        for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) svg.setAttribute(name, value);
        svg.classList.add("still");
        this.replaceChildren(svg);
      }
      if (this.dataset.live && window.htmx) window.htmx.process(this);
    }

    /** Bring what is worth looking at into the frame: at first, and whenever another state is chosen. */
    look(graph) {
      if (!this.view) return;
      const wanted = this.dataset.selected || graph.nodes.find((node) => node.is_culprit)?.name || null;
      if (this.seen === undefined) this.view.begin(this.shown(wanted));
      else if (this.seen !== wanted && wanted !== null) this.view.reveal(this.shown(wanted));
      this.seen = wanted;
    }

    /** The state itself, or the collapsed box that it is in. */
    shown(name) {
      let at = name;
      while (at !== null && at !== undefined && !this.cards.has(at)) at = this.graph.nodes.find((node) => node.name === at)?.container ?? null;
      return at ?? null;
    }

    /** Show the state that the execution failed in; false where it did not fail. */
    goToFailure() {
      const culprit = this.graph.nodes.find((node) => node.is_culprit)?.name;
      if (culprit === undefined) return false;
      const shown = this.shown(culprit);
      this.view?.reveal(shown, true);
      const link = this.cards.get(shown)?.group.querySelector("a");
      if (link && this.dataset.selected !== culprit && shown === culprit) link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      return true;
    }

    // keyboard: one stop for Tab, from there by arrows to the nearest state in that direction

    pressed(event) {
      const link = event.target.closest?.("a[data-state]");
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (link && way) {
        event.preventDefault();
        const next = this.nearest(link, way);
        if (next) next.focus({ preventScroll: true });
      } else if (link && event.key === " ") {
        event.preventDefault();
        this.toggle(link.dataset.state);
      } else if (this.view?.pressed(event.key)) event.preventDefault();
    }

    nearest(link, [across, down]) {
      const middle = (each) => { const box = each.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; };
      const here = middle(link);
      let best = null;
      for (const other of this.querySelectorAll("a[data-state]")) {
        const there = middle(other);
        const along = (there.x - here.x) * across + (there.y - here.y) * down;
        if (other === link || along < 4) continue;
        const beside = Math.abs((there.x - here.x) * down) + Math.abs((there.y - here.y) * across);
        const distance = along + beside * 2;
        if (!best || distance < best.distance) best = { other, distance };
      }
      return best?.other ?? null;
    }

    focused(event) {
      const link = event.target.closest("a[data-state]");
      if (!link) return;
      for (const each of this.querySelectorAll("a[data-state]")) each.setAttribute("tabindex", each === link ? "0" : "-1");
      if (link.matches(":focus-visible")) this.view?.reveal(link.dataset.state);
    }

    toggled(event) {
      const button = event.target.closest("[data-toggle]");
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      this.toggle(button.dataset.toggle);
    }

    toggle(name) {
      if (!this.graph.nodes.find((node) => node.name === name)?.is_container) return;
      if (!this.collapsed.delete(name)) this.collapsed.add(name);
      this.draw();
      this.view?.reveal(name);
      this.cards.get(name)?.group.querySelector("a")?.focus({ preventScroll: true });
    }

    markers() {
      const arrow = (name) => element(
        "marker",
        { id: `${this.marker}-${name}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto", class: `arrow-${name}` },
        element("path", { d: "M1 1L9 5L1 9z" }),
      );
      return element("defs", {}, arrow("idle"), arrow("taken"));
    }

    machineDrawn(machine, x, y) {
      const group = element("g", { transform: `translate(${x} ${y})` });
      const labels = [];
      for (const each of machine.edges) {
        const whole = each.isBundled ? rounded(each.points) : curve(each.points);
        const line = element("path", { d: whole, class: "edge" });
        // of arrows that share a lane one draws it, and those that were taken
        if (each.stub) Object.assign(line, { whole, stub: rounded(each.stub) });
        if (each.label) line.append(element("title", {}, each.label));
        const parts = [line];
        group.append(line);
        if (each.lines.length) {
          const label = this.label(each);
          labels.push(label);
          parts.push(label);
        }
        this.arrows.set(Number(each.name), parts);
      }
      for (const dot of machine.dots) group.append(this.dot(dot));
      for (const each of machine.nodes) {
        this.places(each, x, y);
        group.append(each.box.inner ? this.box(each, x, y) : this.card(each));
      }
      group.append(...labels);
      return group;
    }

    /** Where a state is in the whole drawing, for the frame. */
    places(each, x, y) { each.at = { x: x + each.x, y: y + each.y, width: each.box.width, height: each.box.height }; }

    label(each) {
      const width = each.width + 12;
      const height = each.lines.length * LABEL_LINE + 4;
      const top = each.y - height / 2;
      const group = element(
        "g",
        { class: "edge-label" },
        element("title", {}, each.label ?? each.edge.label),
        element("rect", { x: each.x - width / 2, y: top, width, height, rx: 6 }),
      );
      each.lines.forEach((line, index) => {
        group.append(element("text", { x: each.x, y: top + 13 + index * LABEL_LINE, "text-anchor": "middle" }, line));
      });
      return group;
    }

    dot(dot) {
      return element(
        "g",
        { class: `dot dot-${dot.name}` },
        element("circle", { cx: dot.x, cy: dot.y, r: DOT - 1 }),
        element("text", { x: dot.x, y: dot.y + 3.5, "text-anchor": "middle" }, dot.name),
      );
    }

    /** A state's face, which is its link; what is written over it is for the eye, the link's name says it all. */
    face({ node, box, x, y }, radius) {
      const rect = element("rect", { class: "face", x, y, width: box.width, height: box.height, rx: radius });
      if (!this.dataset.page) return rect;
      const query = `?state=${encodeURIComponent(node.name)}${this.dataset.query ?? ""}`;
      return element("a", {
        href: `${this.dataset.page}${query}#state`,
        tabindex: "-1",
        draggable: "false",
        "data-state": node.name,
        "hx-get": `${this.dataset.live}${query}`,
        "hx-target": "#live",
        "hx-swap": "outerMorph",
        "hx-push-url": `${this.dataset.page}${query}`,
      }, rect);
    }

    card(each) {
      const { node, box, x, y, at } = each;
      const stacked = node.is_container ? element("rect", { class: "behind", x: x + 5, y: y + 5, width: box.width, height: box.height, rx: 9 }) : null;
      const group = element("g", {}, ...(stacked ? [stacked] : []), this.face(each, 9));
      const written = element("g", { class: "written", ...this.silence() });
      group.append(written);
      written.append(element("path", { class: "glyph", d: placed(GLYPHS[node.type] ?? GLYPHS.Pass, x + box.left / 3, y + box.height / 2 - 9, GLYPH_SCALE) }));
      box.lines.forEach((line, index) => {
        written.append(element("text", { class: "name", x: x + box.left, y: y + NODE.padding + 11 + index * NODE.line }, line));
      });
      const subtitle = element("text", { class: "subtitle", x: x + box.left, y: y + NODE.padding + 11 + box.lines.length * NODE.line });
      const sign = { x: x + box.width - 20 - (node.is_container ? BOX.button : 0), y: y + box.height / 2 };
      written.append(subtitle, this.badge(sign), this.flag(x + box.width / 2, y));
      if (node.is_container) group.append(this.button(node, x + box.width - 24, y + box.height / 2, true));
      this.cards.set(node.name, { group, subtitle, sign, at, room: sign.x - BADGE - x - box.left });
      return group;
    }

    box(each, left, top) {
      const { node, box, x, y, at } = each;
      const group = element("g", {}, this.face(each, 12));
      const written = element("g", { class: "written", ...this.silence() });
      group.append(written);
      written.append(element("path", { class: "glyph", d: placed(GLYPHS[node.type], x + 13, y + 12, GLYPH_SCALE) }));
      box.lines.forEach((line, index) => written.append(element("text", { class: "name", x: x + 40, y: y + 21 + index * NODE.line }, line)));
      const subtitle = element("text", { class: "subtitle", x: x + 40, y: y + 35 + (box.lines.length - 1) * NODE.line });
      const sign = { x: x + box.width - 20 - BOX.button, y: y + 22 };
      written.append(subtitle, this.badge(sign), this.flag(x + box.width / 2, y));
      group.append(this.button(node, x + box.width - 24, y + 22, false));
      this.cards.set(node.name, { group, subtitle, sign, at, room: sign.x - BADGE - x - 40 });
      const whole = element("g", {}, group);
      let inside = BOX.padding + Math.max(0, (box.width - BOX.padding * 2 - box.across) / 2);
      for (const machine of box.inner) {
        const inner = this.machineDrawn(machine, left + x + inside, top + y + box.head);
        inner.setAttribute("transform", `translate(${x + inside} ${y + box.head})`);
        whole.append(inner);
        inside += machine.width + BOX.gap;
      }
      return whole;
    }

    /** Opens and closes a Parallel or Map; by keyboard it is the space bar on its state. */
    button(node, x, y, isClosed) {
      return element(
        "g",
        { class: "toggle", "data-toggle": node.name, transform: `translate(${x} ${y})`, "aria-hidden": "true" },
        element("title", {}, isClosed ? `Show what is in ${node.name}` : `Hide what is in ${node.name}`),
        element("rect", { x: -12, y: -12, width: 24, height: 24, rx: 6 }),
        element("path", { d: isClosed ? "M-5 0h10M0 -5v10" : "M-5 0h10" }),
      );
    }

    silence() { return this.dataset.page ? { "aria-hidden": "true" } : {}; }

    badge({ x, y }) {
      return element("g", { class: "badge" }, element("circle", { cx: x, cy: y, r: BADGE - 3 }), element("path", { d: "" }));
    }

    /** Over the middle of a state's upper edge. */
    flag(x, y) {
      return element(
        "g",
        { class: "flag" },
        element("rect", { x: x - 41, y: y - 10, width: 82, height: 20, rx: 10 }),
        element("text", { x, y: y + 4, "text-anchor": "middle" }, "failed here"),
      );
    }

    paint(graph) {
      const plain = "plain" in this.dataset;
      for (const node of graph.nodes) this.paintNode(node, plain);
      graph.edges.forEach((edge, index) => this.paintEdge(edge, index, plain));
      this.tabStop(graph);
      this.view?.painted(graph);
    }

    paintEdge(edge, index, plain) {
      const parts = this.arrows.get(index) ?? [];
      if (!parts.length) return;
      const taken = edge.taken > 0;
      for (const part of parts) {
        part.classList.toggle("taken", taken);
        part.classList.toggle("catch", edge.is_catch);
        part.classList.toggle("plain", plain);
      }
      if (parts[0].stub) parts[0].setAttribute("d", taken ? parts[0].whole : parts[0].stub);
      if (parts[0].stub && !taken) parts[0].removeAttribute("marker-end");
      else parts[0].setAttribute("marker-end", `url(#${this.marker}-${taken ? "taken" : "idle"})`);
      // arrows lie on one another where several Catches share a lane: what was taken is to be seen
      const before = parts[0].parentNode.querySelector(":scope > g");
      if (taken && before) parts[0].parentNode.insertBefore(parts[0], before);
    }

    tabStop(graph) {
      const links = [...this.querySelectorAll("a[data-state]")];
      if (!links.length || links.some((link) => link.getAttribute("tabindex") === "0" && link === document.activeElement)) return;
      const wanted = this.shown(this.dataset.selected) ?? graph.nodes[0]?.name;
      const stop = links.find((link) => link.dataset.state === wanted) ?? links[0];
      for (const link of links) link.setAttribute("tabindex", link === stop ? "0" : "-1");
    }

    paintNode(node, plain) {
      const card = this.cards.get(node.name);
      if (!card) return;
      const { group, subtitle, sign } = card;
      // of what the items of a distributed Map did this history says nothing: it is not "not reached"
      const isElsewhere = Boolean(node.elsewhere) && !node.visits;
      const mark = plain || isElsewhere ? "plain" : node.mark.replaceAll(" ", "-");
      const base = node.is_container ? "node container" : "node";
      group.setAttribute("class", `${base} mark-${mark}${node.is_culprit ? " culprit" : ""}`);
      const many = node.visits > 1 ? ` · ×${node.visits.toLocaleString("en")}` : "";
      const tries = node.retries ? ` · ${node.retries} ${node.retries === 1 ? "retry" : "retries"}` : "";
      const inside = this.collapsed.has(node.name) ? ` · ${this.countIn(node.name)} states` : "";
      // whether a test has put something in place of the real thing: mocked, fault
      const injected = [...new Set((node.injected ?? "").split(", ").filter(Boolean).map((each) => each.split(":")[0]))].map((word) => ` · ${word}`).join("");
      const items = isElsewhere ? " · in items" : "";
      const told = `${injected}${many}${tries}${inside}${items}`;
      subtitle.textContent = fitting([`${node.type}${told}`, told.slice(3), `${injected}${many}${inside}${items}`.slice(3)], card.room);
      group.querySelector(".badge path").setAttribute("d", plain ? "" : placed(SIGNS[node.mark] ?? "", sign.x, sign.y));
      const said = plain ? "" : isElsewhere ? ", in executions of their own" : `, ${node.mark}${node.is_culprit ? ", here the execution failed" : ""}`;
      const link = group.querySelector("a");
      if (!link) return;
      link.setAttribute("aria-label", `${node.name}, ${node.type}${said}${node.injected ? `, ${node.injected}` : ""}${many}${tries}${inside}`);
      if (node.name === this.dataset.selected) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }

    countIn(name) {
      const inside = this.graph?.nodes ?? JSON.parse(this.dataset.graph).nodes;
      const direct = inside.filter((node) => node.container === name);
      return direct.reduce((sum, node) => sum + 1 + this.countIn(node.name), 0);
    }
  }

  /** Of a very large machine the boxes are closed at first, but for those that hold what is looked at. */
  function collapsedAtFirst(graph, selected) {
    if (graph.nodes.length <= MANY) return new Set();
    const parents = new Map(graph.nodes.map((node) => [node.name, node.container]));
    const open = new Set();
    for (const node of graph.nodes) {
      if (node.name !== selected && !node.is_culprit && node.mark !== "running") continue;
      for (let at = parents.get(node.name); at !== null && at !== undefined; at = parents.get(at)) open.add(at);
    }
    return new Set(graph.nodes.filter((node) => node.is_container && !open.has(node.name)).map((node) => node.name));
  }

  customElements.define("execution-graph", ExecutionGraph);
})();
