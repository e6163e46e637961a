// Crops beside the chosen one: the middle of the picture, other windows of the same shape, and common sizes.

import { fitCrop } from "./drawing.js";
import { middleCrop, otherCrops, planCrop } from "./planning.js";
import { isSpoiled, nameOf, percent, shownIn, stateOf, wordsOf } from "./shown.js";

const OTHERS = 4; // other windows that are shown
const GAP = 12; // pixels between two crops, as in style.css
const TALL = 340; // pixels of a crop's height at most
export const NARROW = 820; // pixels of a window's width up to which the crops stay in sight, as in style.css
const STICKY = 0.26; // share of the window's height that they take then
const TOOLS = 96; // pixels of a window's height that are left below the picture
const SHORT = 240; // pixels of height that the picture gets at least
const RANKS = ["Best", "Second best", "Third best", "Fourth best", "Fifth best"];
const SIDE_BY_SIDE = 1.3; // up to this aspect ratio two crops stand beside each other
export const WALL = [
  ["Banner", 1200, 300], ["Wide", 1600, 900], ["Link preview", 1200, 630], ["Square", 1080, 1080],
  ["Portrait", 1080, 1350], ["Story", 1080, 1920], ["Card", 400, 300], ["Avatar", 200, 200],
];

const part = (id) => document.getElementById(id);

/** Draw the crop, and the middle of the picture beside it. */
export function drawPair(scene, size) {
  const middle = middleCrop(scene, size);
  const narrow = window.innerWidth <= NARROW;
  const sticky = heightOfSticky() > 0;
  const wide = part("crops").clientWidth - (narrow ? 2 * GAP : 0);
  const room = narrow
    ? { width: (wide - GAP) / 2, height: sticky ? STICKY * window.innerHeight : TALL }
    : { width: size.width / size.height <= SIDE_BY_SIDE ? (wide - GAP) / 2 : wide, height: TALL };
  fitCrop(part("result"), scene, scene.crop, size, room);
  fitCrop(part("middle"), scene, middle, size, room);
  const { focus, keep } = scene.choice;
  for (const name of ["keeper", "column"]) part(name).textContent = focus || keep.length > 0 ? "your window" : "focalbox";
  const shown = [scene.crop, middle].map((crop) => shownIn(scene, crop));
  caption(part("decides"), shown[0], scene.crop);
  caption(part("middle-decides"), shown[1], middle);
  fillComparison(shown, [scene.crop, middle]);
  document.documentElement.style.scrollPaddingTop = `${heightOfSticky()}px`; // nothing scrolls under them
}

/** Say below a crop what decides most: the heads, or else the next kind of things that there are. */
function caption(place, [first], crop) {
  place.textContent = first ? wordsOf(first) : `keeps ${percent(crop.kept)}`;
  place.classList.toggle("cuts", Boolean(first && isSpoiled(first)));
}

/** Say in a table what the crop and the middle show of each kind of things; both show the same kinds. */
function fillComparison([ours, middle], crops) {
  const cellOf = (one) => [stateOf(one), isSpoiled(one)];
  const rows = ours.map((one, index) => rowOf(nameOf(one), [cellOf(one), cellOf(middle[index])]));
  part("comparison").replaceChildren(...rows, rowOf("saliency kept", crops.map(({ kept }) => [percent(kept), false])));
}

function rowOf(name, cells) {
  const row = document.createElement("tr");
  row.append(Object.assign(document.createElement("th"), { scope: "row", textContent: name }));
  for (const [textContent, spoiled] of cells) {
    row.append(Object.assign(document.createElement("td"), { textContent, className: spoiled ? "cuts" : "" }));
  }
  return row;
}

/** The pixels at the top of the window that the crops take where they stay in sight. */
function heightOfSticky() {
  return getComputedStyle(part("crops")).position === "sticky" ? part("crops").offsetHeight : 0;
}

/** The room for the picture: as wide as its place, and low enough to be seen whole. */
export function roomOfStage() {
  const taken = TOOLS + heightOfSticky();
  return { width: part("stage").parentElement.clientWidth, height: Math.max(SHORT, window.innerHeight - taken) };
}

/** Make the cards of the common sizes; `use` is told the aspect ratio of the one that is clicked. */
export function buildWall(use) {
  for (const [name, width, height] of WALL) {
    const card = cardOf(name, `${width} × ${height}`, "Use this ratio");
    card.classList.toggle("round", name === "Avatar");
    card.querySelector("button").addEventListener("click", () => use(width / height));
    part("wall").append(card);
  }
}

/** Draw the common sizes: as the service planned them, or as the page plans them itself. */
export function fillWall(scene, planned) {
  for (const [index, [, width, height]] of WALL.entries()) {
    const size = { width, height };
    const crop = planned?.[index] ?? planCrop(scene, size, scene.choice.zoom, scene.choice.focus);
    fillCard(part("wall").children[index], scene, crop, size, 150);
  }
}

/** Draw other windows of the same shape; `use` is told the one that is clicked. */
export function fillOthers(scene, size, use) {
  const { fit, zoom, face, keep } = scene.choice; // the others are largest windows, by the score alone
  const same = fit === "cover" && zoom === 0 && !face && keep.length === 0;
  const others = same ? otherCrops(scene, size, scene.crop.relative, OTHERS) : [];
  const list = part("others");
  part("others-part").hidden = others.length === 0;
  while (list.children.length > others.length) {
    if (list.lastElementChild.contains(document.activeElement)) part("stage").focus({ preventScroll: true });
    list.lastElementChild.remove();
  }
  others.forEach((crop, index) => {
    if (!list.children[index]) list.append(cardOf("", "", "Use this window"));
    const card = list.children[index];
    const where = whereFrom(scene.crop.relative, crop.relative);
    card.querySelector("[data-name]").textContent = RANKS[crop.rank];
    card.querySelector("[data-size]").textContent = where;
    card.querySelector("button").onclick = () => use(crop);
    fillCard(card, scene, crop, size, 120);
  });
}

/** Where a window lies, seen from another. */
function whereFrom(from, to) {
  const across = to.left + to.width / 2 - from.left - from.width / 2;
  const down = to.top + to.height / 2 - from.top - from.height / 2;
  if (Math.abs(across) > Math.abs(down)) return across > 0 ? "further right" : "further left";
  return down > 0 ? "further down" : "further up";
}

function cardOf(name, size, title) {
  const card = part("card").content.firstElementChild.cloneNode(true);
  card.querySelector("[data-name]").textContent = name;
  card.querySelector("[data-size]").textContent = size;
  card.querySelector("button").title = title;
  return card;
}

function fillCard(card, scene, crop, size, tall) {
  const canvas = card.querySelector("canvas");
  fitCrop(canvas, scene, crop, size, { width: canvas.parentElement.clientWidth, height: tall });
  card.querySelector("[data-kept]").textContent = `keeps ${percent(crop.kept)}`;
  card.querySelector("[data-cuts]").textContent = shownIn(scene, crop).filter(isSpoiled).map(wordsOf).join(", ");
}
