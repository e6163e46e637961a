// Where a window goes, as in place.py and score.py of core/placement: among all places where its score can bend.

export const SAME = 1e-9; // shares that differ by less are equal, as in core/geometry.py

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

/** The best place for a window; `focus`, a point of fractions, comes before the score. */
export function place(map, width, height, { focus = null, hold = null, ...counted }, within = WHOLE) {
  if (focus) {
    const left = clamped(focus.x - width / 2, within.left, within.left + within.width - width);
    return { left, top: clamped(focus.y - height / 2, within.top, within.top + within.height - height), width, height };
  }
  const { lefts, tops } = candidates(map, width, height, hold, counted, within);
  const scores = [];
  if (hold) scores.push(whole(lefts, tops, width, height, hold));
  scores.push(scoreOf(map, lefts, tops, width, height, counted));
  scores.push(nearness(lefts, tops, width, height, within));
  let best = Array.from({ length: tops.length * lefts.length }, (_, index) => index);
  for (const score of scores) {
    const most = best.reduce((high, index) => Math.max(high, score[index]), -Infinity);
    best = best.filter((index) => score[index] >= most - SAME);
  }
  const row = Math.floor(best[0] / lefts.length);
  return { left: lefts[best[0] % lefts.length], top: tops[row], width, height };
}

/** The best places that differ, the best first: windows whose Jaccard index with an earlier one is below `overlap`. */
export function bestPlaces(map, width, height, placing, count, overlap) {
  const { lefts, tops } = candidates(map, width, height, null, placing, WHOLE);
  const score = scoreOf(map, lefts, tops, width, height, placing);
  const near = nearness(lefts, tops, width, height, WHOLE);
  const order = Array.from(score, (value, index) => [Math.round(value / SAME), near[index], index]);
  order.sort((a, b) => b[0] - a[0] || b[1] - a[1] || a[2] - b[2]);
  const found = [];
  for (const [, , index] of order) {
    const box = { left: lefts[index % lefts.length], top: tops[Math.floor(index / lefts.length)], width, height };
    if (found.every((other) => jaccard(box, other) < overlap) && found.push(box) === count) break;
  }
  return found;
}

/** The score of one window, what its subjects add to it, and what those take away that it cuts. */
export function partsOf(map, { left, top, width, height }, placing) {
  const at = [[left], [top], width, height];
  const { subjects = [], weights = {} } = placing;
  const [total] = scoreOf(map, ...at, placing);
  const worth = scoreOf(map, ...at, { subjects, weights: { ...weights, edge: 0 } })[0] - saliencyIn(map, ...at)[0];
  const cut = subjects.reduce((sum, subject) => {
    const box = boxFor(subject, width, height);
    const bare = subject.body ? weights.body * headless(...at, subject)[0] : 0;
    return sum - subject.cut * (bare + (box ? touched(...at, box)[0] - whole(...at, box)[0] : 0));
  }, 0);
  return { total, worth, cut };
}

function candidates(map, width, height, hold, { subjects = [], objects = [], tops: begun = [], weights = {} }, within) {
  const edges = [
    ...subjects.flatMap((one) => {
      const box = boxFor(one, width, height);
      const middle = box && width < 1 ? [fromMiddle(box, width)] : [];
      return [box ?? upperHalf(one.boxes.at(-1)), one.boxes.at(-1), ...middle, ...(one.body ? [one.body] : [])];
    }),
    ...objects.map(({ box }) => box).filter((box) => fits(box, width, height)),
    ...begun.map(({ box }) => box),
    ...(hold ? [hold] : []),
  ];
  const across = edges.flatMap((box) => [box.left, box.left + box.width]);
  const down = edges.flatMap((box) => [box.top, box.top + box.height]);
  const margin = weights.edge ? weights.margin : 0;
  const lefts = places(map.columns, width, across, within.left, within.left + within.width, margin);
  const tops = places(map.rows, height, down, within.top, within.top + within.height, margin);
  return { lefts, tops };
}

/** The Jaccard index of two boxes. */
export function jaccard(one, other) {
  const across = Math.min(one.left + one.width, other.left + other.width) - Math.max(one.left, other.left);
  const down = Math.min(one.top + one.height, other.top + other.height) - Math.max(one.top, other.top);
  const shared = Math.max(0, across) * Math.max(0, down);
  return shared / (one.width * one.height + other.width * other.height - shared);
}

function clamped(value, low, high) {
  return Math.min(Math.max(value, low), Math.max(low, high));
}

/** Every start of a window along one axis at which a score can bend, ascending; `margin` is the width of its edge, a share
 * of the side. */
function places(cells, side, edges, start, stop, margin) {
  const free = Math.max(0, stop - start - side);
  if (free <= SAME) return [start + free / 2];
  const found = [start, start + free, start + free / 2];
  for (let cell = 0; cell <= cells; cell += 1) {
    const at = cell / cells;
    found.push(at, at - side);
    if (margin) found.push(at - margin * side, at - (1 - margin) * side);
  }
  for (const edge of edges) found.push(edge, edge - side);
  const inside = found.map((value) => Math.min(Math.max(value, start), start + free));
  return [...new Set(inside)].sort((a, b) => a - b);
}

function saliencyIn(map, lefts, tops, width, height) {
  const wide = map.columns + 1;
  const scores = new Float64Array(tops.length * lefts.length);
  const strip = new Float64Array(wide);
  const total = Math.max(1, map.total);
  tops.forEach((top, row) => {
    const [above, overPart] = split(top * map.rows, map.rows);
    const [below, underPart] = split((top + height) * map.rows, map.rows);
    for (let column = 0; column < wide; column += 1) {
      const under = map.table[below * wide + column] * (1 - underPart) + map.table[(below + 1) * wide + column] * underPart;
      const over = map.table[above * wide + column] * (1 - overPart) + map.table[(above + 1) * wide + column] * overPart;
      strip[column] = under - over;
    }
    const at = (place) => {
      const [index, part] = split(place * map.columns, map.columns);
      return strip[index] * (1 - part) + strip[index + 1] * part;
    };
    lefts.forEach((left, column) => {
      scores[row * lefts.length + column] = (at(left + width) - at(left)) / total;
    });
  });
  return scores;
}

/** The score of every window, as in score.py of core/placement: saliency kept, less at the edges; subjects and objects
 * whole and cut; the top of what is too tall. */
function scoreOf(map, lefts, tops, width, height, placing) {
  const { subjects = [], objects = [], subject_box = null, tops: begun = [], weights = {} } = placing;
  const score = saliencyIn(map, lefts, tops, width, height);
  const add = (values, weight) => values.forEach((value, index) => (score[index] += weight * value));
  if (weights.edge) {
    const [across, down] = margins(width, height, weights);
    const inner = [lefts.map((left) => left + across), tops.map((top) => top + down), width - 2 * across, height - 2 * down];
    add(saliencyIn(map, ...inner).map((value, index) => value - score[index]), weights.edge);
  }
  for (const subject of subjects) {
    const box = boxFor(subject, width, height);
    if (box) {
      const held = whole(lefts, tops, width, height, box);
      const seen = touched(lefts, tops, width, height, box);
      add(held, subject.whole * (1 - weights.face));
      if (subject.kind !== "text" && width < 1) {
        const beside = lefts.map((left) => Math.abs(left + width / 2 - (box.left + box.width / 2)) / (width / 2));
        add(held.map((value, index) => value * beside[index % lefts.length]), -weights.middle * subject.whole);
      }
      add(whole(lefts, tops, width, height, subject.boxes.at(-1)), subject.whole * weights.face);
      add(seen.map((value, index) => value - held[index]), -subject.cut);
    } else {
      const last = subject.boxes.at(-1);
      add(shares(lefts, tops, width, height, upperHalf(last)), subject.whole * weights.upper);
      add(shares(lefts, tops, width, height, lowerHalf(last)), subject.whole * (1 - weights.upper));
    }
    if (subject.body) add(headless(lefts, tops, width, height, subject), -weights.body * subject.cut);
  }
  for (const one of objects.filter(({ box }) => fits(box, width, height))) {
    const more = Math.max(0, weights.edge - weights.border);
    const back = more ? more * outOfReach(map, width, height, one.box, weights) : 0;
    add(whole(lefts, tops, width, height, one.box), one.whole + one.cut + back);
    add(touched(lefts, tops, width, height, one.box), -one.cut);
  }
  if (subject_box && subject_box.height > height) {
    for (const { box, weight } of begun) add(beginAbove(lefts, tops, width, box), weight);
  }
  return score;
}

/** A box that begins where a window begins in whose middle the given box stands. */
function fromMiddle(box, width) {
  const left = Math.max(0, box.left + box.width / 2 - width / 2);
  return { left, top: box.top, width: box.left + box.width - left, height: box.height };
}

/** How wide the edges of a window are that count less; an edge that is the picture's own has no width. */
function margins(width, height, weights) {
  return [width, height].map((side) => (side < 1 ? weights.margin * side : 0));
}

/** The share of the saliency in and just around a box that the middle of no window reaches, as in score.py. */
function outOfReach(map, width, height, box, weights) {
  const [across, down] = margins(width, height, weights);
  const [left, right] = [Math.max(0, box.left - across), Math.min(1, box.left + box.width + across)];
  const [top, bottom] = [Math.max(0, box.top - down), Math.min(1, box.top + box.height + down)];
  const inside = { left: Math.max(left, across), top: Math.max(top, down) };
  const [wide, high] = [Math.min(right, 1 - across) - inside.left, Math.min(bottom, 1 - down) - inside.top];
  const reached = wide > 0 && high > 0 ? saliencyIn(map, [inside.left], [inside.top], wide, high)[0] : 0;
  return saliencyIn(map, [left], [top], right - left, bottom - top)[0] - reached;
}

/** What a window of given sides should show whole of a subject, as in core/prominence.py. */
export function boxFor({ boxes }, width, height) {
  const first = boxes.findIndex((box) => fits(box, width, height));
  if (first <= 0) return boxes[first] ?? null;
  const [outer, inner] = [boxes[first - 1], boxes[first]];
  const [left, across] = fitted(outer.left, outer.width, inner.left, inner.width, width);
  const [top, down] = fitted(outer.top, outer.height, inner.top, inner.height, height);
  return { left, top, width: across, height: down };
}

function fitted(outer, outerSide, inner, innerSide, side) {
  if (outerSide <= side + SAME) return [outer, outerSide];
  const share = Math.max(0, side - innerSide) / (outerSide - innerSide);
  return [inner - (inner - outer) * share, Math.max(side, innerSide)];
}

function fits(box, width, height) {
  return box.width <= width + SAME && box.height <= height + SAME;
}

function upperHalf(box) {
  return { ...box, height: box.height / 2 };
}

function lowerHalf(box) {
  return { ...box, top: box.top + box.height / 2, height: box.height / 2 };
}

/** The share of a face's body inside windows that do not hold the face, else 0. */
function headless(lefts, tops, width, height, { body, boxes }) {
  const held = whole(lefts, tops, width, height, boxes.at(-1));
  return shares(lefts, tops, width, height, body).map((share, index) => share * (1 - held[index]));
}

function shares(lefts, tops, width, height, box) {
  const across = lefts.map((left) => overlap(left, width, box.left, box.width));
  return tops.flatMap((top) => across.map((share) => share * overlap(top, height, box.top, box.height)));
}

/** The share of a box's width inside windows that begin at or above its top, else 0. */
function beginAbove(lefts, tops, width, box) {
  const across = lefts.map((left) => overlap(left, width, box.left, box.width));
  return tops.flatMap((top) => across.map((share) => (top <= box.top + SAME ? share : 0)));
}

/** 1 where any part of a box is inside the window, else 0. */
function touched(lefts, tops, width, height, box) {
  const across = lefts.map((left) => left < box.left + box.width - SAME && left + width > box.left + SAME);
  return tops.flatMap((top) => {
    const down = top < box.top + box.height - SAME && top + height > box.top + SAME;
    return across.map((seen) => (down && seen ? 1 : 0));
  });
}

function nearness(lefts, tops, width, height, within) {
  const [x, y] = [within.left + within.width / 2, within.top + within.height / 2];
  return tops.flatMap((top) => lefts.map((left) => -Math.hypot(top + height / 2 - y, left + width / 2 - x)));
}

/** 1 where all of a box is inside the window, else 0. */
function whole(lefts, tops, width, height, box) {
  const across = lefts.map((left) => left <= box.left + SAME && left + width >= box.left + box.width - SAME);
  return tops.flatMap((top) => {
    const down = top <= box.top + SAME && top + height >= box.top + box.height - SAME;
    return across.map((held) => (down && held ? 1 : 0));
  });
}

function overlap(start, side, first, length) {
  if (length <= 0) return start <= first + SAME && start + side >= first - SAME ? 1 : 0;
  const inside = Math.min(start + side, first + length) - Math.max(start, first);
  return Math.min(Math.max(inside / length, 0), 1);
}

function split(place, cells) {
  const below = Math.min(Math.max(Math.trunc(place), 0), cells - 1);
  return [below, Math.min(Math.max(place - below, 0), 1)];
}
