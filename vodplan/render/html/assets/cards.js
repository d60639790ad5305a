// One change, as a card of the picture wall, as a row, and as a sheet with all that is known.
const refused = new Set();

function picture(url, name, note) {
  const box = el("div", "pic", el("span", "", note || "no picture"));
  if (!url || refused.has(url)) return box;
  const image = el("img");
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.referrerPolicy = "no-referrer";
  image.addEventListener("error", () => {
    image.remove();
    if (refused.has(url)) return;
    refused.add(url);
    const line = $("broken");
    line.hidden = false;
    line.textContent = `${count(refused.size, "picture")} could not be loaded: not published, or behind a signature that this page does not have.`;
  });
  image.src = url;
  box.append(image);
  return box;
}

const noteOf = (one) => (kindOf(one) === "category" ? "category" : "no picture");
const whyOf = (one) => (one.w !== undefined ? data.whys[one.w] : one.r !== undefined ? data.whys[one.r] : "");
const place_ = (one) => el("span", "place", text(data.files[one.f]), `:${one.l}`);
const nameOf = (one) => one.t || one.n;
const actionOf = (one) => el("span", `act a${one.a}`, data.actions[one.a]);

function factsOf(one) {
  const parts = [];
  if (one.s !== undefined) parts.push(size(one.s));
  if (one.d !== undefined) parts.push(duration(one.d));
  if (one.c !== undefined) parts.push(text(data.categories[one.c]));
  if (one.k) parts.push(el("span", "", "created ", text(one.k)));
  if (one.u !== undefined && data.statuses[one.u] !== "Normal") parts.push(el("span", "", "status ", text(data.statuses[one.u])));
  return parts;
}

function warnings(one) {
  const parts = [];
  if (one.x) parts.push(el("span", "warn", "uncertain: the service cannot say whether there is anything left to do"));
  for (const guard of one.h || []) parts.push(el("span", "warn", "held by ", text(data.guards[guard])));
  return parts;
}

function reviewButtons(place, more) {
  const one = changes[place];
  const acts = el("div", "acts");
  if (isRemoval(one)) {
    for (const [state, label, said] of [["ok", "OK", "OK to delete"], ["keep", "Keep", "Keep"]]) {
      const node = button(label, state);
      node.dataset.review = state;
      node.setAttribute("aria-label", `${said}: ${bare(nameOf(one)).slice(0, 120)}`);
      acts.append(node);
    }
  }
  if (more) {
    const node = button("More", "quiet more");
    node.dataset.details = "";
    node.setAttribute("aria-label", `More about ${bare(nameOf(one)).slice(0, 120)}`);
    acts.append(node);
  }
  return acts;
}

const FLAGS = { ok: "OK to delete", keep: "keep" };

function showState(node, place) {
  const state = reviewed.get(place) || "";
  node.dataset.state = state;
  for (const one of node.querySelectorAll("[data-review]")) one.setAttribute("aria-pressed", String(one.dataset.review === state));
  const flag = node.querySelector(".flag");
  if (flag) {
    flag.textContent = FLAGS[state] || flag.dataset.otherwise;
    flag.hidden = flag.textContent === "";
  }
}

function item(place, name, ...inside) {
  const node = el("article", `item ${name}`, ...inside);
  node.tabIndex = 0;
  node.dataset.place = place;
  const heading = node.querySelector(".name");
  heading.id = `name-${place}`;
  node.setAttribute("aria-labelledby", heading.id);
  showState(node, place);
  return node;
}

function card(place) {
  const one = changes[place];
  const image = picture(one.p, "", noteOf(one));
  const flag = el("span", "flag");
  flag.dataset.otherwise = one.a === 5 ? "" : data.actions[one.a];
  image.append(flag);
  if (one.d !== undefined) image.append(el("span", "len", duration(one.d)));
  const line = (name, ...parts) => {
    const node = el("p", `one ${name}`);
    parts.forEach((part, at) => node.append(at ? " · " : "", part));
    return node;
  };
  const facts = [one.s === undefined ? null : size(one.s), one.k ? text(one.k) : null].filter(Boolean);
  const why = whyOf(one);
  const said = why ? text(why, "span") : one.e ? fieldNames(one) : null;
  return item(
    place,
    "card",
    image,
    el(
      "div",
      "in",
      text(nameOf(one), "h3", "name"),
      facts.length && line("", ...facts),
      one.c !== undefined && line("", text(data.categories[one.c])),
      said && line("why", said),
      line("", place_(one)),
      reviewButtons(place, true),
    ),
  );
}

const fieldNames = (one) => el("span", "", "changes ", one.e.map((field) => bare(field[0])).join(", "));

function row(place) {
  const one = changes[place];
  const bareRow = kindOf(one) === "category";
  const name = text(nameOf(one), "h3", "name");
  const inside = el("div", "in", name);
  if (nameOf(one).length > 300) {
    name.classList.add("long");
    inside.append(opener(name));
  }
  const address = el("code", "");
  address.append(text(one.n));
  inside.append(el("p", "meta", actionOf(one), one.t ? address : null, place_(one)));
  const facts = [...factsOf(one), ...warnings(one)];
  if (facts.length) inside.append(el("p", "meta", ...facts.map((part) => (typeof part === "string" ? el("span", "", part) : part))));
  if (one.g && isRemoval(one)) inside.append(el("p", "meta", ...one.g.map((tag) => text(data.tags[tag], "span", "tag"))));
  for (const which of [one.w, one.r, one.v]) if (which !== undefined) inside.append(clipped(text(data.whys[which], "p", "why")));
  if (one.e) inside.append(fieldsOf(one));
  const image = bareRow ? null : picture(one.p, "", noteOf(one));
  return item(place, bareRow ? "row bare" : "row", image, inside, reviewButtons(place, true));
}

function fieldsOf(one) {
  const list = el("dl", "fields");
  for (const field of one.e) {
    const value = el("dd");
    if (field[1] === "w") value.append(clipped(woven(field[2])));
    else if (field[1] === "g") value.append(...tagsOf(field));
    else if (field[1] === "u") value.append(covers(field));
    else value.append(clipped(oldAndNew(field)));
    list.append(text(field[0], "dt"), value);
  }
  return list;
}

function woven(pieces) {
  const node = el("div");
  for (let at = 0; at < pieces.length; at += 2) node.append(text(pieces[at + 1], ["span", "del", "ins"][pieces[at]]));
  return node;
}

function oldAndNew([, , old, now]) {
  return el(
    "div",
    "",
    old ? text(old, "del") : el("span", "faint", "(none)"),
    el("span", "faint", " → "),
    now ? text(now, "ins") : el("span", "faint", "(cleared)"),
  );
}

function tagsOf([, , added, removed, stay]) {
  const nodes = [...added.map((tag) => text(tag, "ins", "tag")), ...removed.map((tag) => text(tag, "del", "tag")), el("span", "faint", `${stay} stay`)];
  return nodes.flatMap((node) => [node, " "]);
}

function covers([, , old, now, oldUrl, newUrl]) {
  const side = (url, said, name, tag) =>
    el("figure", "", picture(url, "", said ? "not shown" : "no cover"), el("figcaption", "", `${name}: `, said ? text(said, tag) : el("span", "faint", "none")));
  return el("div", "covers", side(oldUrl, old, "before", "del"), side(newUrl, now, "after", "ins"));
}

// A long text is cut to some lines, and can be opened.
function clipped(node) {
  if (node.textContent.length < 700) return node;
  node.classList.add("clip");
  return el("div", "", node, opener(node));
}

function opener(node) {
  const toggle = button("Show all of it", "more-text");
  toggle.setAttribute("aria-expanded", "false");
  toggle.addEventListener("click", () => {
    const open = node.classList.toggle("open");
    toggle.textContent = open ? "Show less" : "Show all of it";
    toggle.setAttribute("aria-expanded", String(open));
  });
  return toggle;
}

function details(place) {
  const one = changes[place];
  const list = el("dl", "facts");
  const add = (name, ...value) => list.append(typeof name === "string" ? el("dt", "", name) : name, el("dd", "", ...value));
  const code = (marked) => {
    const node = el("code");
    node.append(text(marked));
    return node;
  };
  add("change", actionOf(one), " ", code(one.n));
  if (one.i) add("id", code(one.i));
  add("asked for in", place_(one));
  for (const which of [one.w, one.r, one.v])
    if (which !== undefined) add(which === one.r ? "by" : which === one.v ? "origin" : "reason", text(data.whys[which]));
  if (one.s !== undefined) add("size", `${size(one.s)} (${grouped(one.s)} bytes)`);
  if (one.b !== undefined) add("frees at least", size(one.b));
  if (one.d !== undefined) add("duration", duration(one.d));
  if (one.c !== undefined) add("category", text(data.categories[one.c]));
  if (one.g) add("tags", ...one.g.flatMap((tag) => [text(data.tags[tag], "span", "tag"), " "]));
  if (one.k) add("created", text(one.k));
  if (one.u !== undefined) add("status", text(data.statuses[one.u]));
  if (one.m) add("description", text(one.m));
  for (const [name, value] of one.j || []) add(text(name, "dt"), text(value));
  const parts = [list];
  if (kindOf(one) !== "category") parts.unshift(picture(one.p, "", noteOf(one)));
  for (const line of warnings(one)) parts.push(el("p", "", line));
  if (one.e) parts.push(fieldsOf(one));
  openSheet(text(nameOf(one)), ...parts);
}
