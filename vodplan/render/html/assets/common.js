// For every page: the theme, copying, and what is said to screen readers. Runs in the head, before anything is drawn.
const root = document.documentElement;
const THEMES = { system: "Theme: as the system", light: "Theme: light", dark: "Theme: dark" };

const store = {
  get(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // a page from a file, or a browser that keeps nothing
    }
  },
  set(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, value);
      return true;
    } catch {
      return false;
    }
  },
};

let theme = store.get("vodplan:theme");
if (!(theme in THEMES)) theme = "system";

function useTheme() {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const button = document.querySelector("[data-theme-button]");
  if (button) {
    button.textContent = THEMES[theme];
    button.hidden = false;
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("aria-hidden", "true");
    area.className = "only-read";
    const host = document.querySelector("dialog[open]") || document.body;
    const focused = document.activeElement;
    host.append(area);
    area.select();
    let done = false;
    try {
      done = document.execCommand("copy");
    } catch {
      done = false;
    }
    area.remove();
    if (focused) focused.focus({ preventScroll: true });
    return done;
  }
}

function say(text) {
  const line = document.querySelector("[data-said]");
  if (line) line.textContent = text;
}

async function copyFrom(button, text) {
  const done = await copy(text);
  const before = button.dataset.label || button.textContent;
  button.dataset.label = before;
  button.textContent = done ? "Copied" : "Select it and copy";
  say(done ? "Copied." : "It could not be copied; select it and copy it by hand.");
  setTimeout(() => {
    button.textContent = before;
  }, 1600);
}

window.vodplan = { store, say, copyFrom };
useTheme();

document.addEventListener("DOMContentLoaded", () => {
  useTheme();
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button, button.parentElement.querySelector("code").textContent));
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-theme-button]")) return;
  const names = Object.keys(THEMES);
  theme = names[(names.indexOf(theme) + 1) % names.length];
  store.set("vodplan:theme", theme === "system" ? null : theme);
  useTheme();
});
