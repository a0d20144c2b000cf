/* Draw a definition with elkjs beside the console's own drawing, and measure both: see layouts.py. */
"use strict";
globalThis.layouts = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const LABEL = '600 11px system-ui, sans-serif';
  const pen = document.createElement("canvas").getContext("2d");

  /** The sizes of the console's cards, so that both lay out the same. */
  function sizes(machine, found = new Map()) {
    for (const { node, box } of machine.nodes) {
      found.set(node.name, { width: box.width, height: box.height, head: box.head, lines: box.lines });
      for (const inner of box.inner ?? []) sizes(inner, found);
    }
    return found;
  }

  function elkGraph(graph, size) {
    const LAYERED = {
      "elk.algorithm": "layered", "elk.direction": "DOWN", "elk.edgeRouting": "ORTHOGONAL",
      "elk.spacing.nodeNode": "34", "elk.layered.spacing.nodeNodeBetweenLayers": "46", "elk.spacing.edgeNode": "18",
      "elk.hierarchyHandling": "INCLUDE_CHILDREN", "elk.layered.mergeEdges": "true",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF", "elk.layered.nodePlacement.favorStraightEdges": "true",
    };
    const made = (node) => {
      const children = graph.nodes.filter((each) => each.container === node.name).map(made);
      const { width, height } = size.get(node.name);
      return children.length
        ? { id: node.name, children, layoutOptions: { ...LAYERED, "elk.padding": "[top=42,left=18,bottom=18,right=18]" } }
        : { id: node.name, width, height };
    };
    const dot = { width: 34, height: 34 };
    pen.font = LABEL;
    const edges = graph.edges.map((edge, index) => ({
      id: `e${index}`,
      sources: [edge.source ?? "start"],
      targets: [edge.target ?? "end"],
      labels: edge.label ? [{ text: edge.label, width: Math.min(pen.measureText(edge.label).width, 170) + 14, height: 20 }] : [],
      layoutOptions: { "elk.layered.priority.straightness": edge.is_catch ? "0" : "10", "elk.layered.priority.direction": edge.is_catch ? "0" : "10" },
    }));
    const children = graph.nodes.filter((node) => node.container === null).map(made);
    return { id: "root", layoutOptions: LAYERED, children: [{ id: "start", ...dot }, ...children, { id: "end", ...dot }], edges };
  }

  function drawn(laid) {
    const places = new Map();
    const svg = document.createElementNS(SVG, "svg");
    const add = (name, attributes, text) => {
      const made = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      if (text) made.textContent = text;
      svg.append(made);
    };
    const nodes = (parent, x, y) => {
      for (const node of parent.children ?? []) {
        const at = { x: x + node.x, y: y + node.y, width: node.width, height: node.height };
        places.set(node.id, at);
        const isBox = Boolean(node.children?.length);
        add("rect", { ...at, rx: 8, class: isBox ? "box" : "card" });
        add("text", { x: at.x + 12, y: at.y + (isBox ? 24 : at.height / 2 + 4) }, node.id);
        nodes(node, at.x, at.y);
      }
    };
    nodes(laid, 0, 0);
    const lines = [];
    const edges = (parent) => {
      for (const edge of parent.edges ?? []) {
        const base = edge.container && edge.container !== "root" ? places.get(edge.container) : { x: 0, y: 0 };
        for (const section of edge.sections ?? []) {
          const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((p) => ({ x: p.x + base.x, y: p.y + base.y }));
          lines.push({ points, source: edge.sources[0], target: edge.targets[0] });
          add("path", { d: `M${points.map((p) => `${p.x} ${p.y}`).join("L")}` });
        }
        for (const label of edge.labels ?? []) if (label.x !== undefined) add("text", { x: base.x + label.x, y: base.y + label.y + 14, class: "label" }, label.text.slice(0, 28));
      }
      for (const child of parent.children ?? []) edges(child);
    };
    edges(laid);
    svg.setAttribute("viewBox", `-8 -8 ${laid.width + 16} ${laid.height + 16}`);
    return { svg, lines, width: laid.width, height: laid.height, places };
  }

  /** The console's own lines, in the coordinates of its drawing. */
  function ownLines(machine, x = 0, y = 0, found = []) {
    for (const edge of machine.edges) {
      found.push({ points: edge.points.map((p) => ({ x: x + p.x, y: y + p.y })), source: edge.edge.source, target: edge.edge.target });
    }
    for (const { box, ...at } of machine.nodes) {
      let left = x + at.x + (box.width - box.across) / 2;
      for (const inner of box.inner ?? []) { ownLines(inner, left, y + at.y + box.head, found); left += inner.width + 18; }
    }
    return found;
  }

  const side = (a, b, c) => Math.sign((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x));
  const cross = (a, b, c, d) => side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

  /** Where two arrows that share no state cross; of arrows that share a lane one crossing is seen, and counted. */
  function crossings(lines) {
    const found = new Set();
    for (let i = 0; i < lines.length; i += 1) for (let j = i + 1; j < lines.length; j += 1) {
      const [one, other] = [lines[i], lines[j]];
      if (one.source === other.source || one.target === other.target) continue;
      const pairs = one.points.slice(1).flatMap((p, k) => other.points.slice(1).map((q, m) => [one.points[k], p, other.points[m], q]));
      for (const four of pairs) if (cross(...four)) found.add(meeting(...four));
    }
    return found.size;
  }

  function meeting(a, b, c, d) {
    const part = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / ((b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x));
    return `${Math.round((a.x + part * (b.x - a.x)) / 8)} ${Math.round((a.y + part * (b.y - a.y)) / 8)}`;
  }

  async function both(graph) {
    const { laidOut, ROOMY } = executionLayout;
    const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
    const timed = async (run) => {
      const times = [];
      let result;
      for (let index = 0; index < 3 && !(times[0] > 500); index += 1) { const began = performance.now(); result = await run(); times.push(performance.now() - began); }
      return [result, median(times)];
    };
    const [ours, oursMs] = await timed(() => laidOut(graph, null, null, ROOMY, new Set()));
    const engine = new ELK();
    const [theirs, theirsMs] = await timed(() => engine.layout(elkGraph(graph, sizes(ours))));
    const elk = drawn(theirs);
    const path = graph.spine;
    const middles = (places) => path.map((name) => places.get(name)).filter(Boolean).map((at) => at.x + at.width / 2);
    const bend = (xs) => Math.round(Math.max(...xs) - Math.min(...xs));
    const own = new Map(ours.nodes.map((each) => [each.node.name, { x: each.x, width: each.box.width }]));
    document.getElementById("elk").replaceChildren(elk.svg);
    return {
      dagre: { crossings: crossings(ownLines(ours)), width: Math.round(ours.width), height: Math.round(ours.height), bend: bend(middles(own)), ms: oursMs },
      elk: { crossings: crossings(elk.lines), width: Math.round(elk.width), height: Math.round(elk.height), bend: bend(middles(elk.places)), ms: theirsMs },
    };
  }

  return { both };
})();
