// Everything a stranger wrote goes through here: into text nodes, never into markup.
const MARK = /\x01([0-9a-f]+)\x02/;
const SHORT = { 9: "⇥", 10: "↵" };

function el(tag, name, ...inside) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...inside.filter((one) => one || one === 0));
  return node;
}

const codeName = (hex) => `U+${hex.toUpperCase().padStart(4, "0")}`;

function text(marked, tag = "bdi", name = "") {
  const node = el(tag, name);
  if (!marked.includes("\x01")) {
    node.textContent = marked;
    return node;
  }
  marked.split(MARK).forEach((part, place) => {
    if (place % 2 === 0) {
      node.append(part);
      return;
    }
    const label = el("span", "hid", SHORT[parseInt(part, 16)] || codeName(part));
    label.title = `hidden character ${codeName(part)}`;
    node.append(label);
  });
  return node;
}

const bare = (marked) => marked.split(MARK).map((part, place) => (place % 2 ? `[${codeName(part)}]` : part)).join("");

function button(label, name, act) {
  const node = el("button", name, label);
  node.type = "button";
  if (act) node.addEventListener("click", act);
  return node;
}
