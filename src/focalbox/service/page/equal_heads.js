// Chooses among equal heads that do not all fit into a window, as in core/choice/equal_heads.py.

import { boxFor, partsOf, place, SAME } from "./placement.js";

const HEADS = ["face", "head"];

/** Return a window, or one of the same sides that shows another head and is as good. */
export function settleBetweenHeads(map, window, placing) {
  const { subjects = [], weights } = placing;
  const heads = subjects.filter((one) => HEADS.includes(one.kind) && one.whole > 0);
  const ours = wholeIn(window, heads);
  if (placing.focus || placing.hold || !ours.length || ours.length === heads.length || heads.length > weights.crowd) return window;
  const best = partsOf(map, window, placing);
  const choices = [{ window, heads: ours }];
  for (const head of heads) {
    const box = ours.includes(head) ? null : boxFor(head, window.width, window.height);
    if (!box) continue;
    const other = place(map, window.width, window.height, { ...placing, hold: box });
    const shown = wholeIn(other, heads);
    const replaces = shown.includes(head) && !ours.every((one) => shown.includes(one));
    if (replaces && even(best, partsOf(map, other, placing), weights)) choices.push({ window: other, heads: shown });
  }
  const least = weights.smaller * Math.max(...choices.map((one) => last(tallest(one)).height));
  const left = choices.filter((one) => last(tallest(one)).height >= least);
  return left.reduce((first, one) => (before(one, first, weights.step) ? one : first)).window;
}

function wholeIn(window, heads) {
  const [right, bottom] = [window.left + window.width, window.top + window.height];
  return heads.filter((head) => {
    const box = last(head);
    const across = window.left <= box.left + SAME && right >= box.left + box.width - SAME;
    return across && window.top <= box.top + SAME && bottom >= box.top + box.height - SAME;
  });
}

function even(best, other, weights) {
  const worth = Math.abs(best.worth - other.worth) <= weights.worth;
  return worth && other.cut >= best.cut - SAME && best.total - other.total <= weights.even;
}

const last = (head) => head.boxes.at(-1);

const tallest = ({ heads }) => heads.reduce((high, one) => (last(one).height > last(high).height ? one : high));

/** Tell whether a choice comes before another: its tallest head is nearer to the middle, else more to the left and top. */
function before(one, other, step) {
  const [steps, sum] = byPlace(one, step);
  const [otherSteps, otherSum] = byPlace(other, step);
  return steps < otherSteps || (steps === otherSteps && sum < otherSum);
}

function byPlace(choice, step) {
  const box = last(tallest(choice));
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const across = choice.window.width < 1 ? Math.abs(x - 0.5) : 0;
  const down = choice.window.height < 1 ? Math.abs(y - 0.5) : 0;
  return [Math.round(Math.max(across, down) / step), x + y];
}
