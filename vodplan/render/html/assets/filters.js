// Which changes are shown, and in which order.
const TABS = [
  ["all", "All", () => true],
  ["gone", "Deletions", isRemoval],
  ["update", "Updates", (change) => !isRemoval(change) && !making.has(change.a)],
  ["make", "Created and renamed", (change) => making.has(change.a)],
];
const tabTests = new Map(TABS.map(([id, , test]) => [id, test]));
const chosen = { tab: "all", search: "", kind: "", part: "", category: "", size: "", age: "", why: "", guard: "", review: "", sort: "plan" };

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const last = (value, lowest) => (value === undefined ? lowest : value);
const SORTS = {
  plan: null,
  largest: (one, other) => last(other.s, -1) - last(one.s, -1),
  longest: (one, other) => last(other.d, -1) - last(one.d, -1),
  oldest: (one, other) => last(other.o, -1) - last(one.o, -1),
  newest: (one, other) => last(one.o, Infinity) - last(other.o, Infinity) || 0,
  title: (one, other) => collator.compare(one.t || "\uffff", other.t || "\uffff"),
};
const SORT_NAMES = {
  plan: "as it is done",
  largest: "largest first",
  longest: "longest first",
  oldest: "oldest first",
  newest: "newest first",
  title: "by title",
};
const orders = new Map();

function sorted(name) {
  if (!orders.has(name)) {
    const order = changes.map((_, place) => place);
    if (SORTS[name]) order.sort((one, other) => SORTS[name](changes[one], changes[other]) || one - other);
    orders.set(name, order);
  }
  return orders.get(name);
}

let haystacks = null;
function haystack(place) {
  if (haystacks === null) {
    const lower = (texts) => texts.map((one) => bare(one).toLowerCase());
    const [tags, files, whys, categories] = [data.tags, data.files, data.whys, data.categories].map(lower);
    haystacks = changes.map((one) =>
      [
        bare(one.t || "").toLowerCase(),
        bare(one.n).toLowerCase(),
        (one.i || "").toLowerCase(),
        ...(one.g || []).map((tag) => tags[tag]),
        one.w === undefined ? "" : whys[one.w],
        one.r === undefined ? "" : whys[one.r],
        one.v === undefined ? "" : whys[one.v],
        one.c === undefined ? "" : categories[one.c],
        `${files[one.f]}:${one.l}`,
      ].join("\n"),
    );
  }
  return haystacks[place];
}

function categoriesBelow(place) {
  const name = data.categories[place];
  return new Set(data.categories.flatMap((one, at) => (one === name || one.startsWith(`${name}/`) ? [at] : [])));
}

function fitting() {
  const inTab = tabTests.get(chosen.tab);
  const words = chosen.search.toLowerCase().split(/\s+/).filter(Boolean);
  const below = chosen.category !== "" && chosen.category !== "-" ? categoriesBelow(Number(chosen.category)) : null;
  const number = (name) => (chosen[name] === "" ? null : Number(chosen[name]));
  const [part, amount, age, why, guard] = ["part", "size", "age", "why", "guard"].map(number);
  return sorted(chosen.sort).filter((place) => {
    const one = changes[place];
    if (!inTab(one)) return false;
    if (chosen.kind && kindOf(one) !== chosen.kind) return false;
    if (part !== null && one.a !== part) return false;
    if (below !== null && !(one.c !== undefined && below.has(one.c))) return false;
    if (chosen.category === "-" && one.c !== undefined) return false;
    if (amount !== null && one.z !== amount) return false;
    if (age !== null && one.y !== age) return false;
    if (why !== null && one.w !== why && one.r !== why && one.v !== why) return false;
    if (guard !== null && !(one.h && one.h.includes(guard))) return false;
    if (chosen.review) {
      const state = isRemoval(one) ? reviewed.get(place) || "none" : "not asked";
      if (state !== chosen.review) return false;
    }
    return words.every((word) => haystack(place).includes(word));
  });
}

const narrowed = () => Object.entries(chosen).some(([name, value]) => !["tab", "sort"].includes(name) && value !== "");

// Options with how many changes of the open tab have them; those that none has are left out.
function tally(of) {
  const counts = new Map();
  const inTab = tabTests.get(chosen.tab);
  for (const one of changes) {
    if (!inTab(one)) continue;
    for (const key of of(one)) if (key !== undefined) counts.set(key, (counts.get(key) || 0) + 1);
  }
  return counts;
}

const known = new Map();
function options(name) {
  const key = `${chosen.tab} ${name}`;
  if (!known.has(key)) known.set(key, counted(name));
  return known.get(key);
}

function counted(name) {
  const listed = (counts, label, rank) =>
    [...counts].sort(rank || ((one, other) => one[0] - other[0])).map(([key, number]) => [String(key), label(key), number]);
  const often = (one, other) => other[1] - one[1];
  switch (name) {
    case "kind":
      return listed(tally((one) => [kindOf(one)]), (key) => key, often);
    case "part":
      return listed(tally((one) => (isRemoval(one) ? [one.a] : [])), (key) => data.actions[key].replace(/^delete$/, "delete all of it"));
    case "category": {
      const counts = tally((one) => [one.c]);
      const names = [...counts.keys()].sort((one, other) => collator.compare(data.categories[one], data.categories[other]));
      const none = tally((one) => (one.c === undefined ? ["-"] : [])).get("-");
      const rows = names.map((key) => [String(key), bare(data.categories[key]), counts.get(key)]);
      return none && rows.length ? [...rows, ["-", "no category", none]] : rows;
    }
    case "size":
      return listed(tally((one) => [one.z]), (key) => data.sizes[key]);
    case "age":
      return listed(tally((one) => [one.y]), (key) => data.ages[key]);
    case "why":
      return listed(tally((one) => [one.w, one.r, one.v]), (key) => bare(data.whys[key]), often).slice(0, 300);
    case "guard":
      return listed(tally((one) => one.h || []), (key) => bare(data.guards[key]));
    case "review":
      return tally((one) => [isRemoval(one)]).get(true)
        ? [["none", "not yet"], ["ok", "OK to delete"], ["keep", "keep"]].map(([key, label]) => [key, label, null])
        : [];
    default:
      return Object.entries(SORT_NAMES).map(([key, label]) => [key, label, null]);
  }
}

const FILTERS = { kind: "Kind", part: "What goes", category: "Category", size: "Size", age: "Age", why: "Reason or rule", guard: "Held by guard", review: "Reviewed", sort: "Sort" };

function drawFilters(changed) {
  const box = $("filters");
  box.replaceChildren();
  for (const [name, label] of Object.entries(FILTERS)) {
    const rows = options(name);
    if (!rows.some(([key]) => key === chosen[name]) && name !== "sort") chosen[name] = "";
    // A filter with one option tells nothing apart.
    if (rows.length < (name === "guard" ? 1 : 2)) continue;
    const select = el("select");
    select.dataset.name = name;
    if (name !== "sort") select.append(new Option("all", ""));
    for (const [key, said, number] of rows) {
      const short = said.length > 60 ? `${said.slice(0, 59)}…` : said;
      select.append(new Option(number === null ? short : `${short} (${grouped(number)})`, key));
    }
    select.value = chosen[name];
    select.addEventListener("change", () => {
      chosen[name] = select.value;
      markSet();
      changed();
    });
    box.append(el("label", "", label, select));
  }
  markSet();
}

function markSet() {
  let number = 0;
  for (const select of $("filters").querySelectorAll("select")) {
    const set = select.dataset.name !== "sort" && select.value !== "";
    select.classList.toggle("set", set);
    number += set;
  }
  $("filters-button").textContent = number ? `Filters (${number})` : "Filters";
}
