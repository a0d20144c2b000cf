/* Where the states of a machine and the arrows between them go: sizes and positions, nothing drawn.
 *
 * dagre ranks the states. Three additions keep a real workflow readable: the happy path weighs so much that it is one
 * straight line; the Catches that share a target share one arrow, which runs beside the states; and a Parallel or Map is
 * laid out from the inside, its machines first, then a box of their size in the machine around it, or, collapsed, a card.
 *
 * The layout depends on the definition alone, so that nothing moves while an execution runs.
 */
"use strict";
globalThis.executionLayout = (() => {
  const FONT = '600 13px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const LABEL_FONT = '600 11px system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
  const NODE = { line: 17, padding: 12, subtitle: 15 };
  // so many lines hold any name of 80 characters, which is as long as a state's name may be
  const ROOMY = { least: 176, most: 254, left: 42, right: 38, lines: 10, beside: 34, beneath: 46, label: 170, labelLines: 4 };
  const TIGHT = { least: 120, most: 168, left: 32, right: 38, lines: 16, beside: 14, beneath: 34, label: 132, labelLines: 5 };
  const BOX = { head: 42, padding: 18, gap: 18, most: 400, button: 30 };
  const LABEL_LINE = 14;
  const DOT = 17;
  // a weight of 0 has no part in the order within a row: an arrow beside the happy path would cross it again and again
  const WEIGHT = { spine: 30, ordinary: 2, caught: 1, anchor: 0 };
  const FAILS = -1000;
  const LANE = { gap: 26, step: 14, far: 2, radius: 9, above: 15 };
  const SWEEPS = 12;

  const pen = document.createElement("canvas").getContext("2d");
  const widths = new Map();

  function widthOf(text, font) {
    const key = `${font}|${text}`;
    if (!widths.has(key)) {
      pen.font = font;
      widths.set(key, pen.measureText(text).width);
    }
    return widths.get(key);
  }

  /** Lines of at most `most` pixels, broken at spaces and dots; within a word where it begins anew, as in camelCase, else anywhere. */
  function wrapped(text, font, most, lines) {
    const pieces = (text.match(/[^\s.]+\.?|\.|\s+/g) ?? [text]).flatMap((piece) => broken(piece, font, most));
    const found = [""];
    for (const piece of pieces) {
      if (found.at(-1) && widthOf((found.at(-1) + piece).trim(), font) > most) found.push(piece.trimStart());
      else found[found.length - 1] += piece;
    }
    const kept = found.map((line) => line.trim()).filter(Boolean);
    if (kept.length <= lines) return kept.length ? kept : [""];
    const shown = kept.slice(0, lines);
    shown[lines - 1] = cut(`${shown[lines - 1]}…`, font, most);
    return shown;
  }

  function broken(piece, font, most) {
    if (widthOf(piece, font) <= most) return [piece];
    const words = piece.split(/(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=[-_/:])/u);
    if (words.length > 1) return words.flatMap((word) => broken(word, font, most));
    const parts = [""];
    for (const character of piece) {
      if (parts.at(-1) && widthOf(parts.at(-1) + character, font) > most) parts.push("");
      parts[parts.length - 1] += character;
    }
    return parts;
  }

  function cut(line, font, most) {
    let end = line.length;
    while (end > 1 && widthOf(line.slice(0, end - 1) + "…", font) > most) end -= 1;
    return end === line.length ? line : line.slice(0, end - 1) + "…";
  }

  /** The steps of the longest way to an end that is no failure, each as "from>to". */
  function happyPath(names, edges, begin) {
    const ways = new Map([...names.keys()].map((name) => [name, []]));
    for (const edge of edges) if (!edge.is_catch && names.has(edge.source)) ways.get(edge.source).push(edge.target);
    const best = new Map();

    function score(name) {
      if (best.has(name)) return best.get(name).score;
      best.set(name, { score: FAILS, next: null }); // while it is being looked at: a way back is no way on
      let chosen = { score: names.get(name).type === "Fail" ? FAILS : 0, next: null };
      const onward = ways.get(name).filter((target) => target !== null && names.has(target));
      if (onward.length) {
        chosen = { score: -Infinity, next: null };
        for (const target of onward) {
          const found = score(target) + 1;
          if (found > chosen.score) chosen = { score: found, next: target };
        }
      }
      best.set(name, chosen);
      return chosen.score;
    }

    const steps = new Set();
    if (begin !== undefined && names.has(begin)) {
      score(begin);
      for (let at = begin, seen = new Set(); at !== null && !seen.has(at); at = best.get(at).next) {
        seen.add(at);
        steps.add(`${at}>${best.get(at).next}`);
      }
    }
    return steps;
  }

  /** How far each state is from the first, on the longest way without going back. */
  function depths(names, edges, first) {
    const ways = new Map([...names.keys()].map((name) => [name, []]));
    for (const edge of edges) if (edge.source !== null && names.has(edge.target)) ways.get(edge.source).push(edge.target);
    const order = [];
    const seen = new Set();
    function visit(name) {
      seen.add(name);
      for (const target of ways.get(name)) if (!seen.has(target)) visit(target);
      order.unshift(name);
    }
    if (names.has(first)) visit(first);
    const place = new Map(order.map((name, index) => [name, index]));
    const found = new Map([[first, 0]]);
    for (const name of order) {
      for (const target of ways.get(name)) {
        if (place.get(target) <= place.get(name)) continue; // a way back
        found.set(target, Math.max(found.get(target) ?? 0, found.get(name) + 1));
      }
    }
    return found;
  }

  /** Arrows that would cross the picture, by their target: Catches, and jumps over several ranks, forth or back. */
  function bundlesOf(edges, spine, depth) {
    const found = new Map();
    const last = Math.max(0, ...depth.values()) + 1;
    for (const edge of edges) {
      if (edge.source === null || edge.source === edge.target || spine.has(`${edge.source}>${edge.target}`)) continue;
      const ranks = (edge.target === null ? last : depth.get(edge.target) ?? 0) - (depth.get(edge.source) ?? 0);
      const isFar = ranks > LANE.far || ranks < -LANE.far;
      if (!edge.is_catch && !isFar) continue;
      const key = `${edge.is_catch ? "catch" : "jump"}:${edge.target === null ? "end" : `s:${edge.target}`}`;
      if (!found.has(key)) found.set(key, []);
      found.get(key).push({ edge, ranks });
    }
    for (const [key, shared] of found) {
      // one Catch to the next rank is an arrow like any other
      if (shared.length === 1 && Math.abs(shared[0].ranks) <= 1) found.delete(key);
      else found.set(key, shared.map((each) => each.edge));
    }
    return found;
  }

  /** One machine's states and the arrows between them: {width, height, nodes, dots, edges}, from its own corner. */
  function laidOut(graph, container, branch, room, collapsed) {
    const states = graph.nodes.filter((node) => node.container === container && (container === null || node.branch === branch));
    const names = new Map(states.map((node) => [node.name, node]));
    const edges = graph.edges.filter((edge) => names.has(edge.source) || (container === null && edge.source === null));
    const first = edges.find((edge) => edge.source === null)?.target ?? states[0]?.name;
    const spine = happyPath(names, edges, first);
    const depth = depths(names, edges, first);
    const bundles = bundlesOf(edges, spine, depth);
    if (container !== null) bundles.delete("jump:end");
    const bundled = new Set([...bundles.values()].flat());
    const dag = new dagre.graphlib.Graph({ multigraph: true });
    dag.setGraph({ rankdir: "TB", nodesep: room.beside, edgesep: 18, ranksep: room.beneath, marginx: 2, marginy: 2 });
    const boxes = new Map();
    for (const node of states) {
      const box = node.is_container && !collapsed.has(node.name) ? boxAround(graph, node, room, collapsed) : card(node, room);
      boxes.set(node.name, box);
      dag.setNode(`s:${node.name}`, { width: box.width, height: box.height });
    }
    const drawn = [];
    for (const edge of edges) {
      if (edge.source === null || edge.target === null) {
        if (container !== null) continue;
        if (!bundled.has(edge)) dag.setNode(edge.source === null ? "start" : "end", { width: DOT * 2, height: DOT * 2 });
      }
      if (bundled.has(edge)) continue;
      const lines = edge.label ? wrapped(edge.label, LABEL_FONT, room.label, room.labelLines) : [];
      const width = Math.max(0, ...lines.map((line) => widthOf(line, LABEL_FONT)));
      const name = `${graph.edges.indexOf(edge)}`;
      const size = lines.length ? { width: width + 14, height: lines.length * LABEL_LINE + 6, labelpos: "c" } : {};
      const weight = weightOf(edge, spine);
      dag.setEdge(nodeOf(edge.source, "start"), nodeOf(edge.target, "end"), { ...size, weight }, name);
      drawn.push({ edge, lines, width, name });
    }
    anchor(dag, bundles, depth);
    dagre.layout(dag);
    straighten(dag, room, (edge) => edge.v === "start" || spine.has(`${edge.v.slice(2)}>${edge.w === "end" ? null : edge.w.slice(2)}`));
    const machine = {
      width: dag.graph().width,
      height: dag.graph().height,
      nodes: states.map((node) => ({ node, box: boxes.get(node.name), ...corner(dag.node(`s:${node.name}`)) })),
      dots: ["start", "end"].filter((name) => dag.hasNode(name)).map((name) => ({ name, ...dag.node(name) })),
      edges: drawn.map((each) => ({
        ...each,
        ...dag.edge({ v: nodeOf(each.edge.source, "start"), w: nodeOf(each.edge.target, "end"), name: each.name }),
      })),
    };
    addBundles(machine, graph, bundles, room);
    return machine;
  }

  const nodeOf = (state, otherwise) => (state === null ? otherwise : `s:${state}`);
  const corner = (node) => ({ x: node.x - node.width / 2, y: node.y - node.height / 2 });

  function weightOf(edge, spine) {
    if (edge.is_catch) return WEIGHT.caught;
    return edge.source === null || spine.has(`${edge.source}>${edge.target}`) ? WEIGHT.spine : WEIGHT.ordinary;
  }

  /** A handler that only bundled arrows lead to belongs beneath the deepest of them. */
  function anchor(dag, bundles, depth) {
    for (const shared of bundles.values()) {
      const node = nodeOf(shared[0].target, "end");
      if (!dag.hasNode(node)) dag.setNode(node, { width: DOT * 2, height: DOT * 2 });
      if ((dag.inEdges(node) ?? []).length) continue;
      const deepest = shared.reduce((a, b) => ((depth.get(b.source) ?? 0) > (depth.get(a.source) ?? 0) ? b : a));
      dag.setEdge(`s:${deepest.source}`, node, { weight: WEIGHT.anchor }, `anchor:${node}`);
    }
  }

  /** Put the happy path on one vertical line, and everything else as near to its neighbours as its row allows.
   *
   * dagre's order within each row stays. Sugiyama's priority method: in sweeps down and up each item goes where the mean
   * of its neighbours is, pushing aside only what has a lower priority; the happy path has the highest and never moves.
   */
  function straighten(dag, room, isSpine) {
    const items = [];
    const itemOf = new Map();
    const add = (item) => { items.push(item); return item; };
    for (const name of dag.nodes()) {
      const node = dag.node(name);
      itemOf.set(name, add({ at: node, width: node.width, isDummy: false, links: [], isFixed: false }));
    }
    const chains = [];
    for (const edge of dag.edges()) {
      const label = dag.edge(edge);
      const inner = label.points.slice(1, -1);
      const middle = label.width ? inner.find((point) => Math.abs(point.y - label.y) < 1) : null;
      const dummies = inner.map((point) => add({ at: point, width: point === middle ? label.width : 0, isDummy: true, links: [], isFixed: false }));
      const chain = [itemOf.get(edge.v), ...dummies, itemOf.get(edge.w)];
      for (let index = 1; index < chain.length; index += 1) {
        chain[index - 1].links.push(chain[index]);
        chain[index].links.push(chain[index - 1]);
      }
      if (isSpine(edge)) for (const item of chain) item.isFixed = true;
      chains.push({ label, chain, middle });
    }
    const rows = rowsOf(items);
    settle(rows, room);
    const left = Math.min(...items.map((item) => item.at.x - item.width / 2));
    for (const item of items) item.at.x += 2 - left;
    for (const { label, chain, middle } of chains) {
      if (middle) label.x = middle.x;
      label.points = [border(chain[0], chain[1].at), ...label.points.slice(1, -1), border(chain.at(-1), chain.at(-2).at)];
    }
    dag.graph().width = Math.max(...items.map((item) => item.at.x + item.width / 2)) + 2;
  }

  function rowsOf(items) {
    const found = new Map();
    for (const item of items) {
      const key = Math.round(item.at.y);
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(item);
    }
    const rows = [...found.entries()].sort(([a], [b]) => a - b).map(([, row]) => row.sort((a, b) => a.at.x - b.at.x));
    rows.forEach((row, index) => {
      let isTaken = false;
      for (const item of row) {
        item.row = index;
        item.isFixed &&= !isTaken;
        isTaken ||= item.isFixed;
        const isLong = item.isDummy && item.links.every((link) => link.isDummy);
        item.priority = item.isFixed ? Infinity : isLong ? 100 : item.links.length + (item.isDummy ? 0 : 1);
      }
    });
    return rows;
  }

  function settle(rows, room) {
    let shift = 0;
    for (const row of rows) {
      shift = row.find((item) => item.isFixed)?.at.x ?? shift;
      for (const item of row) item.at.x -= shift;
    }
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      const isDown = sweep % 2 === 0;
      for (const row of isDown ? rows : [...rows].reverse()) {
        const isLast = sweep >= SWEEPS - 2;
        place(row, room, (link, item) => isLast || (isDown ? link.row < item.row : link.row > item.row));
      }
    }
  }

  function place(row, room, counts) {
    const apart = (a, b) => (a.width + b.width) / 2 + (a.isDummy || b.isDummy ? 18 : room.beside);
    const placed = new Set();
    const order = row.map((item, index) => ({ item, index })).sort((a, b) => b.item.priority - a.item.priority);
    for (const { item, index } of order) {
      const links = item.links.filter((link) => counts(link, item));
      let x = item.isFixed || !links.length ? item.at.x : links.reduce((sum, link) => sum + link.at.x, 0) / links.length;
      if (item.isFixed) x = 0;
      let least = -Infinity;
      for (let at = index, distance = 0; at > 0; at -= 1) {
        distance += apart(row[at - 1], row[at]);
        if (placed.has(row[at - 1])) { least = row[at - 1].at.x + distance; break; }
      }
      let most = Infinity;
      for (let at = index, distance = 0; at < row.length - 1; at += 1) {
        distance += apart(row[at], row[at + 1]);
        if (placed.has(row[at + 1])) { most = row[at + 1].at.x - distance; break; }
      }
      item.at.x = Math.min(Math.max(x, least), Math.max(most, least));
      placed.add(item);
    }
  }

  /** Where an arrow towards a point leaves a box: its upper or lower side, never a corner. */
  function border(item, towards) {
    const { x, y, width, height } = item.at;
    const side = towards.y >= y ? 1 : -1;
    const slope = Math.abs(towards.y - y) < 1 ? 0 : (towards.x - x) / Math.abs(towards.y - y);
    const most = Math.max(0, width / 2 - 16);
    return { x: x + Math.max(-most, Math.min(most, slope * height / 2)), y: y + side * height / 2 };
  }

  /** Arrows that leave each state sideways, go along one lane beside all states, and end in the state they share. */
  function addBundles(machine, graph, bundles, room) {
    const places = new Map(machine.nodes.map((each) => [each.node.name, each]));
    const end = machine.dots.find((dot) => dot.name === "end");
    const taken = machine.edges.filter((each) => each.lines.length).map(labelBox);
    let lane = machine.width - LANE.gap + LANE.step;
    for (const shared of bundles.values()) {
      const isCatch = shared[0].is_catch;
      const ways = shared.map((edge) => {
        const label = isCatch ? noLabel(edge) : stubLabel(edge, room);
        return { edge, ...label, ...labelPlace(taken, wayOut(machine, places.get(edge.source), 0).at(-2), label) };
      });
      lane = Math.max(lane + LANE.gap, ...ways.map((each) => {
        const from = places.get(each.edge.source);
        return Math.max(from.x + from.box.width + LANE.gap, each.lines.length ? each.x + each.width / 2 + LANE.gap : 0);
      }));
      const to = places.get(shared[0].target);
      const inlet = to ? to.x + to.box.width * (isCatch ? 0.74 : 0.86) : end.x + DOT;
      const gap = to ? Math.min(...sameRow(machine, to).map((each) => each.y)) - LANE.above : end.y;
      const into = to ? [{ x: inlet, y: gap }, { x: inlet, y: to.y }] : [{ x: inlet, y: gap }];
      ways.forEach((each, index) => {
        const out = wayOut(machine, places.get(each.edge.source), lane);
        machine.edges.push({
          ...each, points: [...out, { x: lane, y: gap }, ...into], name: `${graph.edges.indexOf(each.edge)}`, isBundled: true,
          stub: index === 0 ? null : out,
        });
      });
      if (isCatch) nameLane(machine, shared, room, { lane, inlet, gap, at: machine.edges.length - ways.length });
    }
    if (bundles.size) machine.width = lane + LANE.gap / 2;
  }

  const labelBox = ({ x, y, width, lines }) => ({
    left: x - width / 2 - 7, right: x + width / 2 + 7, top: y - lines.length * LABEL_LINE / 2 - 3, bottom: y + lines.length * LABEL_LINE / 2 + 3,
  });

  /** Where the label of an arrow that leaves sideways goes: at its beginning, or after the labels that are there. */
  function labelPlace(taken, begin, { lines, width }) {
    const y = begin.y;
    let x = begin.x + 14 + width / 2;
    if (!lines.length) return { x, y };
    const isUnder = (other, box) => other.left < box.right && box.left < other.right && other.top < box.bottom && box.top < other.bottom;
    for (const other of taken.toSorted((one, another) => one.left - another.left)) {
      if (isUnder(other, labelBox({ x, y, width, lines }))) x = other.right + 14 + width / 2;
    }
    taken.push(labelBox({ x, y, width, lines }));
    return { x, y };
  }

  const noLabel = (edge) => ({ lines: [], width: 0, label: edge.label });

  function stubLabel(edge, room) {
    const lines = edge.label ? wrapped(edge.label, LABEL_FONT, room.label, 3) : [];
    return { lines, width: Math.max(0, ...lines.map((line) => widthOf(line, LABEL_FONT))), label: edge.label };
  }

  /** The errors of all Catches on a lane, once, where there is room for them. */
  function nameLane(machine, shared, room, { lane, inlet, gap, at }) {
    const label = [...new Set(shared.map((edge) => edge.label).filter(Boolean))].join(", ");
    const lines = label ? wrapped(label, LABEL_FONT, room.label, 2) : [];
    const width = Math.max(0, ...lines.map((line) => widthOf(line, LABEL_FONT)));
    if (lane - inlet < width + 30) return;
    // between two arrows that cross the lane rather than on one of them
    const crossing = machine.edges.map((edge) => crossedAt(edge.points, gap)).filter((x) => x > inlet && x < lane);
    const ends = [inlet, ...crossing.sort((one, other) => one - other), lane];
    const rooms = ends.slice(1).map((end, index) => ({ width: end - ends[index], x: (end + ends[index]) / 2 }));
    const widest = rooms.reduce((one, other) => (other.width > one.width ? other : one));
    const x = widest.width < width + 30 ? (lane + inlet) / 2 : widest.x;
    Object.assign(machine.edges[at], { lines, width, label, x, y: gap });
  }

  /** Where an arrow crosses a horizontal line; not a number where it does not. */
  function crossedAt(points, y) {
    for (const [index, to] of points.entries()) {
      const from = points[index - 1];
      if (from && (from.y < y) !== (to.y < y)) return from.x + (to.x - from.x) * (y - from.y) / (to.y - from.y);
    }
    return Number.NaN;
  }

  function sameRow(machine, place) {
    const middle = place.y + place.box.height / 2;
    return machine.nodes.filter((each) => Math.abs(each.y + each.box.height / 2 - middle) < 1);
  }

  /** From a state's side where nothing is in the way, else through the gap beneath its row. */
  function wayOut(machine, from, lane) {
    const row = sameRow(machine, from);
    const right = from.x + from.box.width;
    if (row.every((each) => each === from || each.x < from.x)) {
      const y = from.y + from.box.height / 2;
      return [{ x: right, y }, { x: lane, y }];
    }
    const beneath = Math.max(...row.map((each) => each.y + each.box.height)) + LANE.above / 2;
    const x = right - 16;
    return [{ x, y: from.y + from.box.height }, { x, y: beneath }, { x: lane, y: beneath }];
  }

  function card(node, room) {
    const lines = wrapped(node.name, FONT, room.most - room.left - room.right, room.lines);
    const text = Math.max(...lines.map((line) => widthOf(line, FONT)));
    const button = node.is_container ? BOX.button : 0;
    return {
      lines,
      left: room.left,
      width: Math.ceil(Math.max(room.least, text + room.left + room.right + button)),
      height: lines.length * NODE.line + NODE.subtitle + NODE.padding * 2 - 3,
    };
  }

  function boxAround(graph, node, room, collapsed) {
    const branches = [...new Set(graph.nodes.filter((each) => each.container === node.name).map((each) => each.branch))];
    const inner = branches.map((branch) => laidOut(graph, node.name, branch, room, collapsed));
    const across = inner.reduce((sum, machine) => sum + machine.width, 0) + BOX.gap * (inner.length - 1);
    const lines = wrapped(node.name, FONT, Math.max(across, BOX.most) - 76 - BOX.button, 3);
    const head = BOX.head + (lines.length - 1) * NODE.line;
    const text = Math.max(...lines.map((line) => widthOf(line, FONT)));
    return {
      inner,
      lines,
      head,
      across,
      width: Math.ceil(Math.max(across, text + 76 + BOX.button) + BOX.padding * 2),
      height: Math.ceil(Math.max(...inner.map((machine) => machine.height)) + head + BOX.padding),
    };
  }

  /** An SVG path through dagre's points, in curves. */
  function curve(points) {
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

  /** An SVG path along right angles, its corners rounded. */
  function rounded(points) {
    let path = `M${points[0].x} ${points[0].y}`;
    for (let index = 1; index < points.length - 1; index += 1) {
      const [before, here, after] = points.slice(index - 1, index + 2);
      const begin = towards(here, before, LANE.radius);
      const end = towards(here, after, LANE.radius);
      path += `L${begin.x} ${begin.y}Q${here.x} ${here.y} ${end.x} ${end.y}`;
    }
    const last = points.at(-1);
    return `${path}L${last.x} ${last.y}`;
  }

  function towards(from, to, distance) {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    const part = Math.min(distance, length / 2) / length;
    return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
  }

  return { BOX, DOT, LABEL_LINE, NODE, ROOMY, TIGHT, curve, cut, laidOut, rounded, widthOf };
})();
