// What a person ticked off, kept in this browser for this very plan.
const REVIEW = `vodplan:review:${data.digest}`;
const reviewed = new Map();
let kept = true;

function load() {
  try {
    const saved = JSON.parse(store.get(REVIEW) || "{}");
    for (const state of ["ok", "keep"])
      for (const place of saved[state] || [])
        if (Number.isInteger(place) && changes[place] && isRemoval(changes[place])) reviewed.set(place, state);
  } catch {
    reviewed.clear(); // somebody else's value under our name
  }
}

function save() {
  const places = (wanted) => [...reviewed].filter(([, state]) => state === wanted).map(([place]) => place);
  kept = store.set(REVIEW, reviewed.size ? JSON.stringify({ ok: places("ok"), keep: places("keep") }) : null);
}

function setReview(place, state) {
  if (reviewed.get(place) === state || state === null) reviewed.delete(place);
  else reviewed.set(place, state);
}

const removals = changes.reduce((number, one) => number + isRemoval(one), 0);

function tallied() {
  let ok = 0;
  for (const state of reviewed.values()) ok += state === "ok";
  return { ok, keep: reviewed.size - ok, open: removals - reviewed.size };
}

// The globs, each a word that a shell takes as it is; an address of which anything is kept is kept.
function words(state) {
  const found = new Set();
  for (const [place, one] of reviewed) if (one === state) found.add(changes[place].q || changes[place].n);
  return found;
}

function asArguments(flag, globs) {
  return [...globs].map((glob) => `${flag} ${glob}`).join(" \\\n");
}

function argumentsOf() {
  const keep = words("keep");
  const ok = [...words("ok")].filter((glob) => !keep.has(glob));
  return { exclude: asArguments("--exclude", keep), only: asArguments("--only", ok), kept: keep.size, ok: ok.length };
}

function drawReview() {
  const { ok, keep } = tallied();
  $("review").hidden = removals === 0;
  $("review-count").replaceChildren(
    el("strong", "", `${grouped(ok + keep)} of ${grouped(removals)}`),
    ` removals reviewed: ${grouped(ok)} OK, ${grouped(keep)} to keep`,
    kept ? "" : " (this browser keeps nothing: copy before you close the page)",
  );
  $("review-open").disabled = reviewed.size === 0;
  $("review-clear").disabled = reviewed.size === 0;
}

function choice(heading, said, args, number) {
  const area = el("textarea");
  area.readOnly = true;
  area.spellcheck = false;
  area.value = args;
  area.setAttribute("aria-label", heading);
  const take = button("Copy", "small", () => copyFrom(take, args));
  return el("section", "choice", el("h3", "", `${heading} (${grouped(number)})`), el("p", "faint", said), area, el("div", "acts", take));
}

function openArguments() {
  const { exclude, only, kept: keeping, ok } = argumentsOf();
  const { open } = tallied();
  const parts = [];
  if (keeping)
    parts.push(choice("Leave out what is kept", "Add this to plan, and everything else stays in. Better still, take the entries out of the manifests.", exclude, keeping));
  if (ok)
    parts.push(choice("Only what is OK to delete", `Add this to plan: it leaves out every other change, updates too${open ? `, and the ${grouped(open)} that nobody has reviewed` : ""}.`, only, ok));
  openSheet("Review as arguments", ...parts);
}

function openSheet(name, ...inside) {
  $("sheet-name").replaceChildren(name);
  $("sheet-body").replaceChildren(...inside);
  $("sheet").showModal();
}
