// What a window shows of heads, text and objects, and in which words that is said, as in core/choice/shown.py.

const COUNTED = 1 / 3; // share of the heaviest weight of its kind from which a thing is spoken of, and of all of two kinds
const ROOM = 0.05; // share of a box that may be missing from a whole thing, or shown of one that is left out
const ROOM_OF_HEADS = 0.1; // heads have that much room in their boxes
const ORDER = { head: 0, text: 2 }; // in which kinds are spoken of; those of other detectors come between, objects last
const NAMES = { text: ["text", "lines of text"], object: ["subject", "objects"] };
const LESS = ["text", "object"]; // kinds that a good window may cut

/** Write a share in per cent. */
export function percent(share) {
  return `${Math.round(100 * share)} %`;
}

/** How much a window shows: `{kind, shares}` of each kind of things, the heads first. */
export function shownIn({ placing, source }, { relative }) {
  const kinds = new Map();
  const kindOf = ({ kind }) => (kind === "face" ? "head" : kind);
  const rank = (one) => ORDER[kindOf(one)] ?? 1;
  for (const one of [...placing.subjects].sort((a, b) => rank(a) - rank(b))) {
    kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), { kind: one.kind, box: one.boxes[0], weight: one.whole }]);
  }
  if (placing.objects.length > 0) kinds.set("object", placing.objects.map(({ box, whole }) => ({ box, weight: whole })));
  const shown = [...kinds].map(([kind, things]) => {
    return { kind, shares: spokenOf(things).map(({ box }) => shareOf(box, relative, source)) };
  });
  return shown.filter(({ shares }) => shares.length > 0);
}

/** Things that are not much lighter than others of their kind, of kinds that together are not much lighter than the other. */
function spokenOf(things) {
  const alike = [...new Set(things.map(({ kind }) => kind))].map((kind) => things.filter((one) => one.kind === kind));
  const together = (found) => found.reduce((sum, { weight }) => sum + weight, 0);
  const heavy = alike.filter((found) => together(found) >= COUNTED * Math.max(...alike.map(together)));
  return heavy.flatMap((found) => {
    const least = COUNTED * Math.max(...found.map(({ weight }) => weight));
    return found.filter(({ weight }) => weight > 0 && weight >= least);
  });
}

/** The share of a box inside a window, and a pixel around it, which is no cut. */
function shareOf(box, window, source) {
  const one = (start, side, first, length, pixel) =>
    Math.max(0, Math.min(start + side + pixel, first + length) - Math.max(start - pixel, first)) / length;
  const across = one(window.left, window.width, box.left, box.width, 1 / source.width);
  const down = one(window.top, window.height, box.top, box.height, 1 / source.height);
  return Math.min(1, across * down);
}

/** What the things of a kind are called: "head", "2 heads". */
export function nameOf({ kind, shares }) {
  const [one, several] = NAMES[kind] ?? [kind, `${kind}s`];
  return shares.length === 1 ? one : `${shares.length} ${several}`;
}

/** How they are shown: "whole", "cut: 40 % shown", "1 whole, 1 cut". */
export function stateOf(one) {
  const { shares } = one;
  const states = statesOf(one);
  if (shares.length === 1) return states[0] === "cut" ? `cut: ${percent(shares[0])} shown` : states[0];
  if (new Set(states).size === 1) return states[0];
  const counts = ["whole", "cut", "left out"].map((state) => [states.filter((other) => other === state).length, state]);
  return counts.filter(([count]) => count > 0).map((each) => each.join(" ")).join(", ");
}

/** Both in one: "head whole", "2 heads: 1 whole, 1 cut". */
export function wordsOf(one) {
  return `${nameOf(one)}${new Set(statesOf(one)).size === 1 ? "" : ":"} ${stateOf(one)}`;
}

/** Whether a window spoils them: heads, and what other detectors find, should be whole. */
export function isSpoiled(one) {
  return !LESS.includes(one.kind) && !isWhole(one);
}

function isWhole(one) {
  return statesOf(one).every((state) => state === "whole");
}

function statesOf({ kind, shares }) {
  const room = kind === "head" ? ROOM_OF_HEADS : ROOM;
  return shares.map((share) => (share >= 1 - room ? "whole" : share <= room ? "left out" : "cut"));
}
