// Plans crops in the page, as focalbox.core does: the same windows from the same map, so that dragging needs no server.

const SAME = 1e-9; // shares that differ by less are equal, as in core/placement.py

/** Read a saliency map as the service sends it: 16-bit cells in base64, row by row. */
export function readMap(saved) {
  const bytes = Uint8Array.from(atob(saved.cells), (character) => character.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const columns = saved.width;
  const rows = saved.height;
  const cells = new Float64Array(columns * rows);
  const table = new Float64Array((columns + 1) * (rows + 1)); // the summed-area table
  let most = 0;
  for (let row = 0; row < rows; row += 1) {
    let across = 0;
    for (let column = 0; column < columns; column += 1) {
      const value = view.getUint16(2 * (row * columns + column), true);
      cells[row * columns + column] = value;
      most = Math.max(most, value);
      across += value;
      table[(row + 1) * (columns + 1) + column + 1] = table[row * (columns + 1) + column + 1] + across;
    }
  }
  return { columns, rows, cells, table, most, total: table[table.length - 1] };
}

// Ratios that pictures are asked for in, the longer side first, as in core/ratios.py.
const COMMON = [[1, 1], [5, 4], [4, 3], [7, 5], [3, 2], [16, 10], [5, 3], [16, 9], [1.91, 1], [2, 1], [21, 9], [5, 2], [3, 1], [4, 1]];

/** The aspect ratio that a size stands for: 250x141 is 16:9. */
function meantAspect({ width, height }) {
  const aspect = width / height;
  const apart = (other) => Math.abs(Math.log(other / aspect));
  const found = COMMON.flatMap(([across, down]) => [across / down, down / across]).filter(
    (other) => Math.abs(height * other - width) < 1 || Math.abs(width / other - height) < 1,
  );
  const nearest = found.reduce((best, other) => (apart(other) < apart(best) ? other : best), found[0] ?? aspect);
  return Math.abs(nearest / aspect - 1) < SAME ? aspect : nearest;
}

/** The largest window of a size's ratio at its best place, as in core/choose.py. */
function placed(map, source, size, placing) {
  const aspect = size.width / size.height;
  const [width, height] = largestWindow(source, aspect);
  const meant = meantAspect(size);
  if (meant === aspect) return place(map, width, height, placing);
  const first = place(map, ...largestWindow(source, meant), placing);
  const around = { width: Math.max(first.width, width), height: Math.max(first.height, height) };
  around.left = Math.min(Math.max(first.left + (first.width - around.width) / 2, 0), 1 - around.width);
  around.top = Math.min(Math.max(first.top + (first.height - around.height) / 2, 0), 1 - around.height);
  return place(map, width, height, placing, around);
}

/** The sides of the largest window of an aspect ratio, fractions of the picture's. */
export function largestWindow(source, aspect) {
  const relative = aspect / (source.width / source.height);
  return relative >= 1 ? [1, 1 / relative] : [relative, 1];
}

/** The share of the saliency inside a box of fractions, 0 to 1. */
export function shareOf(map, box) {
  if (map.total === 0) return 1;
  const across = weights(Math.max(0, box.left) * map.columns, Math.min(1, box.left + box.width) * map.columns, map.columns);
  const down = weights(Math.max(0, box.top) * map.rows, Math.min(1, box.top + box.height) * map.rows, map.rows);
  let kept = 0;
  for (let row = 0; row < map.rows; row += 1) {
    if (down[row] === 0) continue;
    let inside = 0;
    for (let column = 0; column < map.columns; column += 1) inside += map.cells[row * map.columns + column] * across[column];
    kept += down[row] * inside;
  }
  return Math.min(1, kept / map.total);
}

/** Choose the window for a size in pixels; zoom goes from the largest window (0) to the tight box (1), upscale=true.
 *
 * `found.placing` is what the service says of an analysis: scored subjects, the subject box, and the box that a tight window
 * holds; fractions. */
export function planCrop(found, size, zoom = 0) {
  const { map, source, placing } = found;
  const aspect = size.width / size.height;
  const [width, height] = largestWindow(source, aspect);
  let box = placed(map, source, size, placing);
  if (zoom > 0) {
    const hold = placing.tight_box;
    const least = Math.max(hold.width / width, hold.height / height, 1 / source.width, 1 / source.height);
    const scale = Math.min(least, 1);
    box = between(box, place(map, width * scale, height * scale, { ...placing, hold }), zoom);
  }
  const pixels = toPixels(box, source, aspect);
  return { pixels, relative: toFractions(pixels, source), kept: shareOf(map, toFractions(pixels, source)) };
}

/** The CSS declaration that places the picture alike under object-fit: cover. */
export function cssOf(relative) {
  const across = relative.width < 1 ? relative.left / (1 - relative.width) : 0.5;
  const down = relative.height < 1 ? relative.top / (1 - relative.height) : 0.5;
  const percent = (value) => `${Number((100 * value).toFixed(2))}%`;
  return `object-position: ${percent(across)} ${percent(down)}`;
}

/** A box of pixels as fractions. */
export function toFractions(pixels, source) {
  return {
    left: pixels.left / source.width,
    top: pixels.top / source.height,
    width: pixels.width / source.width,
    height: pixels.height / source.height,
  };
}

const WHOLE = { left: 0, top: 0, width: 1, height: 1 };

function place(map, width, height, { hold = null, subjects = [], subject_box = null, weights = {} }, within = WHOLE) {
  const topOfAll = subject_box ? [topOf(subject_box, weights)] : [];
  const edges = [
    ...subjects.flatMap((one) => {
      const box = boxFor(one, width, height);
      return box ? [box] : [one.boxes.at(-1), upperHalf(one.boxes.at(-1))];
    }),
    ...topOfAll,
    ...(hold ? [hold] : []),
  ];
  const across = edges.flatMap((box) => [box.left, box.left + box.width]);
  const down = edges.flatMap((box) => [box.top, box.top + box.height]);
  const lefts = places(map.columns, width, across, within.left, within.left + within.width);
  const tops = places(map.rows, height, down, within.top, within.top + within.height);
  const scores = [];
  if (hold) scores.push(whole(lefts, tops, width, height, hold));
  scores.push(scoreOf(map, lefts, tops, width, height, subjects, subject_box, weights));
  scores.push(nearness(lefts, tops, width, height, within));
  let best = Array.from({ length: tops.length * lefts.length }, (_, index) => index);
  for (const score of scores) {
    const most = best.reduce((high, index) => Math.max(high, score[index]), -Infinity);
    best = best.filter((index) => score[index] >= most - SAME);
  }
  const row = Math.floor(best[0] / lefts.length);
  return { left: lefts[best[0] % lefts.length], top: tops[row], width, height };
}

/** Every start of a window along one axis at which a score can bend, ascending. */
function places(cells, side, edges, start, stop) {
  const free = Math.max(0, stop - start - side);
  if (free <= SAME) return [start + free / 2];
  const found = [start, start + free, start + free / 2];
  for (let cell = 0; cell <= cells; cell += 1) found.push(cell / cells, cell / cells - side);
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

/** The score of every window, as in core/score.py: saliency kept, subjects whole, subjects cut, the top of what is too high. */
function scoreOf(map, lefts, tops, width, height, subjects, subject_box, weights) {
  const score = saliencyIn(map, lefts, tops, width, height);
  const add = (values, weight) => values.forEach((value, index) => (score[index] += weight * value));
  for (const subject of subjects) {
    const box = boxFor(subject, width, height);
    if (box) {
      const held = whole(lefts, tops, width, height, box);
      const seen = touched(lefts, tops, width, height, box);
      add(held, subject.whole);
      add(seen.map((value, index) => value - held[index]), -subject.cut);
    } else {
      const last = subject.boxes.at(-1);
      add(shares(lefts, tops, width, height, upperHalf(last)), subject.whole * weights.upper);
      add(shares(lefts, tops, width, height, lowerHalf(last)), subject.whole * (1 - weights.upper));
    }
  }
  if (subject_box && subject_box.height > height) {
    add(shares(lefts, tops, width, height, topOf(subject_box, weights)), weights.lean);
  }
  return score;
}

/** What a window of given sides should show whole of a subject, as in core/subjects.py. */
function boxFor({ boxes }, width, height) {
  const outer = boxes[0];
  const inner = boxes.at(-1);
  if (inner.width > width + SAME || inner.height > height + SAME) return null;
  const [left, across] = fitted(outer.left, outer.width, inner.left, inner.width, width);
  const [top, down] = fitted(outer.top, outer.height, inner.top, inner.height, height);
  return { left, top, width: across, height: down };
}

function fitted(outer, outerSide, inner, innerSide, side) {
  if (outerSide <= side + SAME) return [outer, outerSide];
  const share = Math.max(0, side - innerSide) / (outerSide - innerSide);
  return [inner - (inner - outer) * share, Math.max(side, innerSide)];
}

function upperHalf(box) {
  return { ...box, height: box.height / 2 };
}

function lowerHalf(box) {
  return { ...box, top: box.top + box.height / 2, height: box.height / 2 };
}

function topOf(box, weights) {
  return { ...box, height: box.height * weights.top };
}

function shares(lefts, tops, width, height, box) {
  const across = lefts.map((left) => overlap(left, width, box.left, box.width));
  return tops.flatMap((top) => across.map((share) => share * overlap(top, height, box.top, box.height)));
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

function weights(start, stop, cells) {
  return Float64Array.from({ length: cells }, (_, index) =>
    Math.min(Math.max(Math.min(index + 1, stop) - Math.max(index, start), 0), 1),
  );
}

function between(from, to, share) {
  const mixed = {};
  for (const name of ["left", "top", "width", "height"]) mixed[name] = from[name] + (to[name] - from[name]) * share;
  return mixed;
}

function toPixels(box, source, aspect) {
  const width = box.width * source.width;
  const height = box.height * source.height;
  let columns;
  let rows;
  if (aspect >= 1) {
    columns = within(nearest(width), 1, source.width);
    rows = within(nearest(columns / aspect), 1, source.height);
  } else {
    rows = within(nearest(height), 1, source.height);
    columns = within(nearest(rows * aspect), 1, source.width);
  }
  const left = nearest(box.left * source.width + (width - columns) / 2);
  const top = nearest(box.top * source.height + (height - rows) / 2);
  return {
    left: within(left, 0, source.width - columns),
    top: within(top, 0, source.height - rows),
    width: columns,
    height: rows,
  };
}

function nearest(value) {
  return Math.floor(value + 0.5);
}

function within(value, low, high) {
  return Math.max(low, Math.min(value, high));
}
