// The data, and the places of the page that are filled from it.
const { store, say, copyFrom } = window.vodplan;
const data = JSON.parse(document.getElementById("data").textContent);
const changes = data.changes;
const removing = new Set(data.removing);
const making = new Set(data.making);
const $ = (name) => document.querySelector(`[data-${name}]`);

const isRemoval = (change) => removing.has(change.a);
const kindOf = (change) => change.n.slice(0, change.n.indexOf("/"));

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];
function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${UNITS[unit]}`;
}

function duration(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const grouped = (number) => number.toLocaleString("en");
const count = (number, one, many) => `${grouped(number)} ${number === 1 ? one : many || `${one}s`}`;
