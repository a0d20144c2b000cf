/* <execution-graph data-graph='{"nodes": […], "edges": […]}'>: a state machine drawn, and what an execution did to it.
 *
 * The layout is dagre's. A Parallel or Map is laid out from the inside: its machines first, then a box of their size in
 * the machine around it. The layout depends on the definition alone, so that nothing moves while an execution runs:
 * what happens only changes classes and texts.
 *
 * data-selected   the state that is looked at
 * data-page       where a state's link leads, with ?state=NAME; no links without it
 * data-live       where htmx gets the same page's changing part
 * data-plain      a definition on its own: no marks
 */
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const FONT = '600 13px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const LABEL_FONT = '600 11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const NODE = { line: 17, padding: 12, subtitle: 15 };
  const ROOMY = { least: 176, most: 250, left: 42, right: 34, lines: 2, beside: 34, beneath: 46, label: 170 };
  const TIGHT = { least: 120, most: 152, left: 32, right: 30, lines: 3, beside: 14, beneath: 34, label: 132 };
  const TIGHT_BELOW = 440;
  const BOX = { head: 42, padding: 18, gap: 18 };
  const DOT = 17;
  const PAGE = 10;
  const SIGNS = {
    "not reached": "", running: "…", succeeded: "✓", retried: "↻", caught: "!", failed: "✕", "timed out": "◷", aborted: "■",
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

  const pen = document.createElement("canvas").getContext("2d");
  const widthOf = (text, font) => { pen.font = font; return pen.measureText(text).width; };

  function element(name, attributes = {}, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** Lines of at most `most` pixels, broken at spaces and after dots; the last one is cut where there are too many. */
  function wrapped(text, font, most, lines) {
    const pieces = text.match(/[^\s.]+\.?|\.|\s+/g) ?? [text];
    const found = [""];
    for (const piece of pieces) {
      if (found.at(-1) && widthOf(found.at(-1) + piece, font) > most) found.push(piece.trimStart());
      else found[found.length - 1] += piece;
    }
    const kept = found.map((line) => line.trim()).filter(Boolean);
    const shown = kept.slice(0, lines);
    const isCut = kept.length > lines;
    return shown.map((line, index) => cut(line, font, most, isCut && index === shown.length - 1));
  }

  function cut(line, font, most, always) {
    if (!always && widthOf(line, font) <= most) return line;
    let end = line.length;
    while (end > 1 && widthOf(line.slice(0, end) + "…", font) > most) end -= 1;
    return line.slice(0, end) + "…";
  }

  // layout

  /** One machine's states and the arrows between them: {width, height, nodes, edges}, from its own corner. */
  function laidOut(graph, container, branch, room) {
    const states = graph.nodes.filter((node) => node.container === container && (container === null || node.branch === branch));
    const names = new Set(states.map((node) => node.name));
    const dag = new dagre.graphlib.Graph({ multigraph: true });
    dag.setGraph({ rankdir: "TB", nodesep: room.beside, edgesep: 18, ranksep: room.beneath, marginx: 2, marginy: 2 });
    const boxes = new Map();
    for (const node of states) {
      const box = node.is_container ? boxAround(graph, node, room) : card(node, room);
      boxes.set(node.name, box);
      dag.setNode(`s:${node.name}`, { width: box.width, height: box.height });
    }
    const edges = graph.edges.filter((edge) => names.has(edge.source) || (container === null && (edge.source === null || names.has(edge.source))));
    const drawn = [];
    for (const edge of edges) {
      if (edge.source === null || edge.target === null) {
        if (container !== null) continue;
        dag.setNode(edge.source === null ? "start" : "end", { width: DOT * 2, height: DOT * 2 });
      }
      const lines = edge.label ? wrapped(edge.label, LABEL_FONT, room.label, room.lines + 1) : [];
      const width = Math.max(0, ...lines.map((line) => widthOf(line, LABEL_FONT)));
      const name = `${graph.edges.indexOf(edge)}`;
      dag.setEdge(
        edge.source === null ? "start" : `s:${edge.source}`,
        edge.target === null ? "end" : `s:${edge.target}`,
        lines.length ? { width: width + 14, height: lines.length * 14 + 6, labelpos: "c" } : {},
        name,
      );
      drawn.push({ edge, lines, width, name });
    }
    dagre.layout(dag);
    const size = dag.graph();
    return {
      width: size.width,
      height: size.height,
      nodes: states.map((node) => ({ node, box: boxes.get(node.name), ...corner(dag.node(`s:${node.name}`)) })),
      dots: ["start", "end"].filter((name) => dag.hasNode(name)).map((name) => ({ name, ...dag.node(name) })),
      edges: drawn.map((each) => {
        const source = each.edge.source === null ? "start" : `s:${each.edge.source}`;
        const target = each.edge.target === null ? "end" : `s:${each.edge.target}`;
        return { ...each, ...dag.edge({ v: source, w: target, name: each.name }) };
      }),
    };
  }

  const corner = (node) => ({ x: node.x - node.width / 2, y: node.y - node.height / 2 });

  function card(node, room) {
    const lines = wrapped(node.name, FONT, room.most - room.left - room.right, room.lines);
    const text = Math.max(...lines.map((line) => widthOf(line, FONT)));
    return {
      lines,
      left: room.left,
      width: Math.ceil(Math.max(room.least, text + room.left + room.right)),
      height: lines.length * NODE.line + NODE.subtitle + NODE.padding * 2 - 3,
    };
  }

  function boxAround(graph, node, room) {
    const branches = [...new Set(graph.nodes.filter((each) => each.container === node.name).map((each) => each.branch))];
    const inner = branches.map((branch) => laidOut(graph, node.name, branch, room));
    const head = cut(node.name, FONT, 260, false);
    const across = inner.reduce((sum, machine) => sum + machine.width, 0) + BOX.gap * (inner.length - 1);
    return {
      inner,
      lines: [head],
      width: Math.ceil(Math.max(across, widthOf(head, FONT) + 76) + BOX.padding * 2),
      height: Math.ceil(Math.max(...inner.map((machine) => machine.height)) + BOX.head + BOX.padding),
    };
  }

  // drawing

  function pathThrough(points) {
    const [first, ...rest] = points;
    let path = `M${first.x} ${first.y}`;
    for (let index = 0; index < rest.length - 1; index += 1) {
      const here = rest[index];
      const next = rest[index + 1];
      path += `Q${here.x} ${here.y} ${(here.x + next.x) / 2} ${(here.y + next.y) / 2}`;
    }
    const last = rest.at(-1) ?? first;
    return `${path}L${last.x} ${last.y}`;
  }

  let made = 0;

  class ExecutionGraph extends HTMLElement {
    static observedAttributes = ["data-graph", "data-selected"];

    connectedCallback() {
      this.draw();
      this.watch ??= new ResizeObserver(() => { if (this.isConnected && this.shape && this.room() !== this.drawnFor) this.draw(); });
      this.watch.observe(this);
    }

    disconnectedCallback() { this.watch?.disconnect(); }

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
      if (shape !== this.shape || room !== this.drawnFor) {
        this.shape = shape;
        this.drawnFor = room;
        this.build(graph);
      }
      this.paint(graph);
    }

    build(graph) {
      this.marker = `arrow-${made += 1}`;
      this.cards = new Map();
      this.arrows = new Map();
      const machine = laidOut(graph, null, null, this.drawnFor);
      const width = Math.ceil(machine.width + PAGE * 2);
      const height = Math.ceil(machine.height + PAGE * 2);
      const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "graph", role: "group", "aria-label": "States" });
      svg.append(this.markers(), this.machine(machine, PAGE, PAGE));
      svg.style.minWidth = `${Math.round(Math.min(width, Math.max(width * 0.62, 240)))}px`;
      this.replaceChildren(svg);
      if (this.dataset.live && window.htmx) window.htmx.process(this);
    }

    markers() {
      const arrow = (name) => element(
        "marker",
        { id: `${this.marker}-${name}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto", class: `arrow-${name}` },
        element("path", { d: "M1 1L9 5L1 9z" }),
      );
      return element("defs", {}, arrow("idle"), arrow("taken"));
    }

    machine(machine, x, y) {
      const group = element("g", { transform: `translate(${x} ${y})` });
      const labels = [];
      for (const each of machine.edges) {
        const line = element("path", { d: pathThrough(each.points), class: "edge" });
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
      for (const each of machine.nodes) group.append(each.node.is_container ? this.box(each) : this.card(each));
      group.append(...labels);
      return group;
    }

    label(each) {
      const width = each.width + 12;
      const height = each.lines.length * 14 + 4;
      const group = element(
        "g",
        { class: "edge-label", transform: `translate(${each.x - width / 2} ${each.y - height / 2})` },
        element("title", {}, each.edge.label),
        element("rect", { width, height, rx: 6 }),
      );
      each.lines.forEach((line, index) => {
        group.append(element("text", { x: width / 2, y: 13 + index * 14, "text-anchor": "middle" }, line));
      });
      return group;
    }

    dot(dot) {
      return element(
        "g",
        { class: `dot dot-${dot.name}`, transform: `translate(${dot.x} ${dot.y})` },
        element("circle", { r: DOT - 3 }),
        element("text", { y: 3.5, "text-anchor": "middle" }, dot.name),
      );
    }

    /** A state's face, which is its link; what is written over it is for the eye, the link's name says it all. */
    face(node, box, radius) {
      const rect = element("rect", { class: "face", width: box.width, height: box.height, rx: radius });
      if (!this.dataset.page) return rect;
      const query = `?state=${encodeURIComponent(node.name)}`;
      return element("a", {
        href: `${this.dataset.page}${query}#state`,
        "hx-get": `${this.dataset.live}${query}`,
        "hx-target": "#live",
        "hx-swap": "outerMorph",
        "hx-push-url": `${this.dataset.page}${query}`,
      }, rect);
    }

    card({ node, box, x, y }) {
      const group = element("g", { transform: `translate(${x} ${y})` }, this.face(node, box, 9));
      const written = element("g", { class: "written", ...this.silence() });
      group.append(written);
      written.append(
        element("path", { class: "glyph", d: GLYPHS[node.type] ?? GLYPHS.Pass, transform: `translate(${box.left / 3} ${box.height / 2 - 9}) scale(1.15)` }),
      );
      box.lines.forEach((line, index) => {
        written.append(element("text", { class: "name", x: box.left, y: NODE.padding + 11 + index * NODE.line }, line));
      });
      const subtitle = element("text", { class: "subtitle", x: box.left, y: NODE.padding + 11 + box.lines.length * NODE.line });
      written.append(subtitle, this.badge(box.width - 20, box.height / 2), this.flag(box.width));
      this.cards.set(node.name, { group, subtitle });
      return group;
    }

    box({ node, box, x, y }) {
      const group = element("g", { transform: `translate(${x} ${y})` }, this.face(node, box, 12));
      const written = element("g", { class: "written", ...this.silence() });
      group.append(written);
      written.append(
        element("path", { class: "glyph", d: GLYPHS[node.type], transform: "translate(13 12) scale(1.15)" }),
        element("text", { class: "name", x: 40, y: 21 }, box.lines[0]),
      );
      const subtitle = element("text", { class: "subtitle", x: 40, y: 35 });
      written.append(subtitle, this.badge(box.width - 20, 22), this.flag(box.width));
      this.cards.set(node.name, { group, subtitle });
      const whole = element("g", {}, group);
      let left = x + BOX.padding + Math.max(0, (box.width - BOX.padding * 2 - box.inner.reduce((sum, each) => sum + each.width, 0) - BOX.gap * (box.inner.length - 1)) / 2);
      for (const machine of box.inner) {
        whole.append(this.machine(machine, left, y + BOX.head));
        left += machine.width + BOX.gap;
      }
      return whole;
    }

    silence() { return this.dataset.page ? { "aria-hidden": "true" } : {}; }

    badge(x, y) {
      return element(
        "g",
        { class: "badge", transform: `translate(${x} ${y})` },
        element("circle", { r: 9 }),
        element("text", { y: 4, "text-anchor": "middle" }),
      );
    }

    flag(width) {
      return element(
        "g",
        { class: "flag", transform: `translate(${width / 2 - 38} -9)` },
        element("rect", { width: 76, height: 18, rx: 9 }),
        element("text", { x: 38, y: 12.5, "text-anchor": "middle" }, "failed here"),
      );
    }

    paint(graph) {
      const plain = "plain" in this.dataset;
      for (const node of graph.nodes) this.paintNode(node, plain);
      graph.edges.forEach((edge, index) => {
        const taken = edge.taken > 0;
        for (const part of this.arrows.get(index) ?? []) {
          part.classList.toggle("taken", taken);
          part.classList.toggle("catch", edge.is_catch);
          part.classList.toggle("plain", plain);
        }
        this.arrows.get(index)?.[0].setAttribute("marker-end", `url(#${this.marker}-${taken ? "taken" : "idle"})`);
      });
    }

    paintNode(node, plain) {
      const { group, subtitle } = this.cards.get(node.name);
      const mark = plain ? "plain" : node.mark.replaceAll(" ", "-");
      const base = node.is_container ? "node container" : "node";
      group.setAttribute("class", `${base} mark-${mark}${node.is_culprit ? " culprit" : ""}`);
      const many = node.visits > 1 ? ` · ×${node.visits}` : "";
      const tries = node.retries ? ` · ${node.retries} ${node.retries === 1 ? "retry" : "retries"}` : "";
      const short = this.drawnFor === TIGHT && node.retries ? ` · ↻${node.retries}` : tries;
      subtitle.textContent = `${node.type}${many}${short}`;
      group.querySelector(".badge text").textContent = plain ? "" : SIGNS[node.mark];
      const said = plain ? "" : `, ${node.mark}${node.is_culprit ? ", here the execution failed" : ""}`;
      const link = group.querySelector("a");
      if (!link) return;
      link.setAttribute("aria-label", `${node.name}, ${node.type}${said}${many}${tries}`);
      if (node.name === this.dataset.selected) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }

  customElements.define("execution-graph", ExecutionGraph);
})();
