// Ties the parts together.
const inTabs = new Map();
function update() {
  const order = fitting();
  setOrder(order);
  const bytes = order.reduce((sum, place) => sum + (changes[place].b || 0), 0);
  const all = inTabs.get(chosen.tab);
  const noun = chosen.tab === "gone" ? "removal" : "change";
  const said = order.length === all ? count(all, noun) : `${grouped(order.length)} of ${count(all, noun)}`;
  const status = bytes ? `${said}, ${size(bytes)} freed at least` : said;
  if ($("status").textContent !== status) $("status").textContent = status;
  $("empty").hidden = order.length > 0;
}

function useTab(name) {
  chosen.tab = name;
  for (const node of $("tabs").children) node.setAttribute("aria-pressed", String(node.dataset.tab === name));
  drawFilters(update);
}

function useLayout(name) {
  view.layout = name;
  for (const node of document.querySelectorAll("[data-layout]")) node.setAttribute("aria-pressed", String(node.dataset.layout === name));
}

function ticked(place, state) {
  if (!isRemoval(changes[place])) return;
  setReview(place, state);
  save();
  drawReview();
  for (const node of view.nodes.values()) if (Number(node.dataset.place) === place) showState(node, place);
  say(FLAGS[reviewed.get(place)] || "not reviewed");
}

function begin() {
  load();
  const counts = TABS.map(([id, , test]) => inTabs.set(id, changes.filter(test).length).get(id));
  TABS.forEach(([id, name], at) => {
    if (!counts[at] || (at && counts[at] === counts[0])) return;
    const node = button(`${name} `, "", () => {
      useTab(id);
      useLayout(id === "gone" ? "wall" : "rows");
      update();
    });
    node.append(el("span", "n", grouped(counts[at])));
    node.dataset.tab = id;
    $("tabs").append(node);
  });
  $("tabs").hidden = $("tabs").children.length < 2;
  $("app").hidden = false;
  const only = removals === changes.length;
  useTab(removals && !only ? "gone" : "all");
  useLayout(removals ? "wall" : "rows");
  drawReview();
  update();

  for (const node of document.querySelectorAll("[data-layout]"))
    node.addEventListener("click", () => {
      useLayout(node.dataset.layout);
      update();
    });
  let typing = 0;
  $("search").addEventListener("input", () => {
    chosen.search = $("search").value;
    cancelAnimationFrame(typing);
    typing = requestAnimationFrame(update);
  });
  $("filters-button").addEventListener("click", () => {
    const open = $("filters").classList.toggle("open");
    $("filters-button").setAttribute("aria-expanded", String(open));
  });
  $("reset").addEventListener("click", () => {
    for (const name of Object.keys(FILTERS)) if (name !== "sort") chosen[name] = "";
    chosen.search = $("search").value = "";
    drawFilters(update);
    update();
  });
  $("review-open").addEventListener("click", openArguments);
  $("review-clear").addEventListener("click", () => {
    reviewed.clear();
    save();
    drawReview();
    update();
    say("The review is cleared.");
  });
  feed.addEventListener("click", (event) => {
    const node = event.target.closest(".item");
    const pressed = event.target.closest("button");
    if (!node) return;
    const place = Number(node.dataset.place);
    if (!pressed) {
      if (event.target.closest(".pic")) details(place);
      return;
    }
    if (pressed.dataset.review) ticked(place, pressed.dataset.review);
    else if ("details" in pressed.dataset) details(place);
  });
  feed.addEventListener("keydown", (event) => {
    const node = event.target.closest(".item");
    if (!node || event.altKey || event.metaKey) return;
    const at = Number(node.dataset.at);
    const place = Number(node.dataset.place);
    const onItem = event.target === node;
    const keys = {
      PageDown: () => focusOn(at + 1),
      PageUp: () => focusOn(at - 1),
      o: onItem && (() => ticked(place, "ok")),
      k: onItem && (() => ticked(place, "keep")),
      Enter: onItem && (() => details(place)),
    };
    const act = event.ctrlKey ? { Home: () => $("search").focus(), End: () => document.querySelector(".foot").scrollIntoView() }[event.key] : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    event.preventDefault();
    $("search").focus();
  });
  addEventListener("scroll", drawSoon, { passive: true });
  const heard = new ResizeObserver(() => {
    if (view.printing) return;
    const high = matchMedia("(max-width: 760px)").matches ? 8 : $("tools").offsetHeight + 8;
    document.documentElement.style.scrollPaddingTop = `${high}px`;
    document.documentElement.style.scrollPaddingBottom = `${$("review").offsetHeight + 8}px`;
    if (feed.clientWidth !== view.width) {
      relay();
      drawSoon();
    }
  });
  heard.observe(feed);
  heard.observe($("tools"));
  // A row that is opened or closed gets taller or less so.
  feed.addEventListener("click", (event) => {
    const node = event.target.closest(".item");
    if (node && view.layout === "rows") measure([Number(node.dataset.at)], -feed.getBoundingClientRect().top);
  });
  // What the first search and the first sorting would wait for is made while nobody does anything.
  (window.requestIdleCallback || setTimeout)(() => {
    haystack(0);
    sorted("title");
  });
  addEventListener("beforeprint", () => printAll(narrowed() ? view.order : sorted("plan")));
  addEventListener("afterprint", printed);
}

begin();
