// The list is as long as the plan; what stands in the page is what can be seen, and a little more.
const feed = $("feed");
const GAP = 12;
const CARD = 212;
const BEYOND = 700;
const view = { order: [], layout: "rows", columns: 1, width: 0, cardHeight: 326, tops: new Float64Array(1), nodes: new Map(), printing: false };
let heights = new Float32Array(changes.length);

const guess = (one) => 118 + (one.e ? one.e.reduce((sum, field) => sum + (field[1] === "u" ? 160 : 30), 8) : 0) + (one.g && isRemoval(one) ? 22 : 0);

function layOut() {
  const width = feed.clientWidth;
  if (width !== view.width) {
    view.width = width;
    heights = new Float32Array(changes.length);
  }
  const number = view.order.length;
  if (view.layout === "wall") {
    view.columns = Math.max(width < 500 ? 2 : 1, Math.floor((width + GAP) / (CARD + GAP)));
    const rows = Math.ceil(number / view.columns);
    view.tops = Float64Array.from({ length: rows + 1 }, (_, at) => at * (view.cardHeight + GAP));
  } else {
    view.columns = 1;
    const tops = new Float64Array(number + 1);
    for (let at = 0; at < number; at += 1) {
      const place = view.order[at];
      tops[at + 1] = tops[at] + (heights[place] || guess(changes[place])) + GAP;
    }
    view.tops = tops;
  }
  feed.style.height = `${view.tops[view.tops.length - 1]}px`;
}

// The row of the list that a height lies in.
function rowAt(top) {
  let low = 0;
  let high = view.tops.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (view.tops[middle] <= top) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}

function put(node, at) {
  const width = view.layout === "wall" ? (view.width - GAP * (view.columns - 1)) / view.columns : view.width;
  const left = (at % view.columns) * (width + GAP);
  node.style.width = `${width}px`;
  node.style.transform = `translate(${left}px, ${view.tops[Math.floor(at / view.columns)]}px)`;
}

function make(at) {
  const place = view.order[at];
  const node = view.layout === "wall" ? card(place) : row(place);
  node.setAttribute("aria-posinset", at + 1);
  node.setAttribute("aria-setsize", view.order.length);
  node.dataset.at = at;
  return node;
}

function draw() {
  if (view.printing) return;
  if (!view.order.length) {
    feed.replaceChildren();
    view.nodes.clear();
    return;
  }
  const above = -feed.getBoundingClientRect().top;
  const first = rowAt(above - BEYOND) * view.columns;
  const end = Math.min((rowAt(above + innerHeight + BEYOND) + 1) * view.columns, view.order.length);
  for (const [at, node] of view.nodes) {
    // What has the focus stays, so that the keyboard does not lose its place.
    if ((at < first || at >= end) && !node.contains(document.activeElement)) {
      node.remove();
      view.nodes.delete(at);
    }
  }
  const fresh = [];
  for (let at = first; at < end; at += 1) {
    if (view.nodes.has(at)) continue;
    const node = make(at);
    view.nodes.set(at, node);
    fresh.push(at);
    put(node, at);
  }
  if (fresh.length) {
    const standing = [...view.nodes.keys()].sort((one, other) => one - other);
    let next = null;
    for (let which = standing.length - 1; which >= 0; which -= 1) {
      const node = view.nodes.get(standing[which]);
      if (!node.parentNode) feed.insertBefore(node, next);
      next = node;
    }
    measure(fresh, above);
  }
}

function measure(places, above) {
  if (view.layout === "wall") {
    const height = view.nodes.get(places[0]).offsetHeight;
    if (height && height !== view.cardHeight) {
      view.cardHeight = height;
      relay();
    }
    return;
  }
  let moved = false;
  for (const at of places) {
    const height = view.nodes.get(at).offsetHeight;
    if (height && heights[view.order[at]] !== height) {
      heights[view.order[at]] = height;
      moved = true;
    }
  }
  if (!moved) return;
  // What the reader looks at stays where it is on the screen.
  const anchor = rowAt(Math.max(above, 0));
  const before = view.tops[anchor];
  relay();
  const by = view.tops[anchor] - before;
  if (above > 0 && by) scrollBy({ top: by, behavior: "instant" });
}

function relay() {
  layOut();
  for (const [at, node] of view.nodes) put(node, at);
}

let due = false;
function drawSoon() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

function setOrder(order) {
  feed.replaceChildren();
  view.nodes.clear();
  view.order = order;
  layOut();
  draw();
}

function focusOn(at) {
  if (at < 0 || at >= view.order.length) return;
  if (!view.nodes.has(at)) {
    scrollTo({ top: scrollY + feed.getBoundingClientRect().top + view.tops[Math.floor(at / view.columns)] - 220, behavior: "instant" });
    draw();
  }
  const node = view.nodes.get(at);
  node.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" });
}

function printAll(order) {
  view.printing = true;
  view.nodes.clear();
  view.before = { layout: view.layout, order: view.order };
  view.layout = "rows";
  view.order = order;
  feed.replaceChildren(...order.map((_, at) => make(at)));
  for (const image of feed.querySelectorAll("img")) image.loading = "eager";
}

function printed() {
  view.printing = false;
  view.layout = view.before.layout;
  setOrder(view.before.order);
}
