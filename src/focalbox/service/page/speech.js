// What is said beside what is drawn: what the page is doing, and to screen readers which window is shown.

import { percent, shownIn, wordsOf } from "./shown.js";

const part = (id) => document.getElementById(id);

/** Say what the page is doing or has done. */
export function say(text) {
  tell(part("status"), text);
}

/** Tell screen readers which window is shown, and what of it the visitor has chosen. */
export function speakOf(scene, confidence) {
  const { left, top, width, height } = scene.crop.pixels;
  const { focus, keep } = scene.choice;
  const last = keep.at(-1);
  const text = [
    `Window ${width} × ${height} at ${left}, ${top}`,
    ...shownIn(scene, scene.crop).map(wordsOf),
    `keeps ${percent(scene.crop.kept)}`,
    `confidence ${percent(confidence)}`,
    focus && `focus at ${percent(focus.x)}, ${percent(focus.y)}`,
    last && `${keep.length === 1 ? "1 box" : `${keep.length} boxes`} to keep, the last ${percent(last.width)} × `
      + `${percent(last.height)} at ${percent(last.left)}, ${percent(last.top)}`,
  ].filter(Boolean).join("; ");
  if (part("spoken").textContent !== text) tell(part("spoken"), text);
}

/** The name of a file for a sentence, whose order of words it does not change when it is written from right to left. */
export function nameElement(name) {
  return Object.assign(document.createElement("bdi"), { textContent: name });
}

/** Put text where screen readers listen: a new node, since the same text set again is no change that they would read. */
function tell(place, text) {
  place.replaceChildren(...(text ? [Object.assign(document.createElement("span"), { textContent: text })] : []));
}
