// Crops beside the chosen one: the middle's, other windows of the same shape, and common sizes.

import { fitCrop } from "./drawing.js";
import { middleCrop, otherCrops, planCrop } from "./planning.js";

const OTHERS = 4; // thumbnails of other windows
const GAP = 12; // pixels between two crops, as in style.css
const TALL = 340; // pixels of a crop's height at most
const NARROW = 820; // pixels of a window's width up to which the crops stay in sight, as in style.css
const STICKY = 0.26; // share of the window's height that they take then
const SIDE_BY_SIDE = 1.3; // up to this aspect ratio two crops stand beside each other
export const WALL = [
  ["Banner", 1200, 300], ["Wide", 1600, 900], ["Link preview", 1200, 630], ["Square", 1080, 1080],
  ["Portrait", 1080, 1350], ["Story", 1080, 1920], ["Card", 400, 300], ["Avatar", 200, 200],
];

const part = (id) => document.getElementById(id);

/** Say a share in per cent. */
export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** Draw the crop and the middle's beside it. */
export function drawPair(scene, size) {
  const middle = middleCrop(scene, size);
  const narrow = window.innerWidth <= NARROW;
  const wide = part("crops").clientWidth - (narrow ? 2 * GAP : 0);
  const room = narrow
    ? { width: (wide - GAP) / 2, height: STICKY * window.innerHeight }
    : { width: size.width / size.height <= SIDE_BY_SIDE ? (wide - GAP) / 2 : wide, height: TALL };
  fitCrop(part("result"), scene, scene.crop, size, room);
  fitCrop(part("middle"), scene, middle, size, room);
  part("kept").textContent = percent(scene.crop.kept);
  part("middle-kept").textContent = percent(middle.kept);
}

/** Make the cards of the common sizes; `use` is told the aspect ratio of the one that is clicked. */
export function buildWall(use) {
  for (const [name, width, height] of WALL) {
    const card = cardOf(name, `${width} × ${height}`, `${name}, ${width} by ${height}`, "Use this ratio");
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
  const others = otherCrops(scene, size, scene.crop.relative, OTHERS);
  const list = part("others");
  part("others-part").hidden = others.length === 0;
  while (list.children.length > others.length) list.lastElementChild.remove();
  others.forEach((crop, index) => {
    if (!list.children[index]) list.append(cardOf(`Another ${index + 1}`, "", "", "Use this window"));
    const card = list.children[index];
    card.querySelector("canvas").setAttribute("aria-label", `Another window, keeps ${percent(crop.kept)}`);
    card.querySelector("button").onclick = () => use(crop);
    fillCard(card, scene, crop, size, 120);
  });
}

function cardOf(name, size, label, title) {
  const card = part("card").content.firstElementChild.cloneNode(true);
  card.querySelector("[data-name]").textContent = name;
  card.querySelector("[data-size]").textContent = size;
  card.querySelector("canvas").setAttribute("aria-label", label);
  card.querySelector("button").title = title;
  return card;
}

function fillCard(card, scene, crop, size, tall) {
  const canvas = card.querySelector("canvas");
  fitCrop(canvas, scene, crop, size, { width: canvas.parentElement.clientWidth, height: tall });
  card.querySelector("[data-kept]").textContent = `keeps ${percent(crop.kept)}`;
}
