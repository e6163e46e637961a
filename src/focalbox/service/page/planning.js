// Plans crops in the page, as focalbox.core does: the same windows from the same map, so that dragging needs no server.

import { settleBetweenHeads } from "./equal_heads.js";
import { bestPlaces, jaccard, place, SAME } from "./placement.js";

const DIFFERENT = 0.6; // Jaccard index below which two windows are different choices, as in core/choice/choose.py

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

// Ratios that pictures are asked for in, the longer side first, as in core/choice/ratios.py.
const COMMON = [[1, 1], [5, 4], [4, 3], [7, 5], [3, 2], [16, 10], [5, 3], [16, 9], [1.91, 1], [2, 1], [21, 9], [5, 2], [3, 1], [4, 1]];

const FURTHEST = 0.04; // the largest difference from the ratio that a size stands for, as a share, as there

/** The aspect ratio that a size stands for: 250x141 is 16:9. */
function meantAspect({ width, height }) {
  const aspect = width / height;
  const apart = (other) => Math.abs(Math.log(other / aspect));
  const found = COMMON.flatMap(([across, down]) => [across / down, down / across]).filter(
    (other) => Math.abs(height * other - width) < 1 || Math.abs(width / other - height) < 1,
  );
  const nearest = found.reduce((best, other) => (apart(other) < apart(best) ? other : best), found[0] ?? aspect);
  const difference = Math.abs(nearest / aspect - 1);
  return difference >= SAME && difference <= FURTHEST ? nearest : aspect;
}

/** The largest window of a size's ratio at its best place, as in core/choice/choose.py. */
function placed(map, source, size, placing) {
  const aspect = size.width / size.height;
  const meant = meantAspect(size);
  const settled = settleBetweenHeads(map, place(map, ...largestWindow(source, meant), placing), placing);
  if (meant === aspect) return settled;
  const [width, height] = largestWindow(source, aspect);
  const first = toFractions(toPixels(settled, source, meant), source);
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
 * A window is centred on `focus`, a point of fractions, as nearly as the picture allows. `found.placing` is what the
 * service says of an analysis, in fractions: scored subjects, the subject box, and the box that a tight window holds. */
export function planCrop(found, size, zoom = 0, focus = null) {
  const { map, source } = found;
  const placing = { ...found.placing, focus };
  const aspect = size.width / size.height;
  const [width, height] = largestWindow(source, aspect);
  let box = placed(map, source, size, placing);
  const hold = placing.tight_box;
  if (zoom > 0 && hold.width <= width + SAME && hold.height <= height + SAME) {
    const least = Math.max(hold.width / width, hold.height / height, 1 / source.width, 1 / source.height);
    const scale = Math.min(least, 1);
    const tight = place(map, width * scale, height * scale, { ...placing, hold });
    box = between(zoom < 1 ? around(tight, box) : box, tight, zoom);
  }
  return described(found, toPixels(box, source, aspect));
}

/** A window moved as little as possible to hold a smaller one, as in core/choice/choose.py. */
function around(inner, window) {
  const left = Math.min(Math.max(window.left, inner.left + inner.width - window.width), inner.left);
  const top = Math.min(Math.max(window.top, inner.top + inner.height - window.height), inner.top);
  return { ...window, left, top };
}

function described({ map, source }, pixels) {
  const relative = toFractions(pixels, source);
  return { pixels, relative, kept: shareOf(map, relative), inner: { left: 0, top: 0, width: 1, height: 1 }, padded: false };
}

/** The same window in the middle of the picture, as croppers choose it that do not look. */
export function middleCrop(found, size) {
  return planCrop(found, size, 0, { x: 0.5, y: 0.5 });
}

/** Other windows of the same shape, the best first, none of them nearly the chosen one; `rank` 0 is the best of all. */
export function otherCrops(found, size, chosen, count) {
  const { map, source, placing } = found;
  const aspect = size.width / size.height;
  const boxes = bestPlaces(map, ...largestWindow(source, aspect), placing, count + 1, DIFFERENT);
  const crops = boxes.map((box, rank) => ({ ...described(found, toPixels(box, source, aspect)), rank }));
  return crops.filter((crop) => jaccard(crop.relative, chosen) < DIFFERENT).slice(0, count);
}

/** A plan of the service in the form of the page's own plans, its padding in fractions of the result. */
export function planned(found, crop) {
  const { left = 0, top = 0, right = 0, bottom = 0 } = crop.padding ?? {};
  const width = crop.box.width + left + right;
  const height = crop.box.height + top + bottom;
  const inner = { left: left / width, top: top / height, width: crop.box.width / width, height: crop.box.height / height };
  return { ...described(found, crop.box), kept: crop.kept, inner, padded: Boolean(crop.padding) };
}

/** The CSS that shows the picture as a crop does, as in focalbox.html; null when a crop is padded. */
export function cssOf(crop, size) {
  if (crop.padded) return null;
  const { left, top, width, height } = crop.relative;
  const percent = (value) => `${Number((100 * value).toFixed(2))}%`;
  const shape = `aspect-ratio: ${size.width} / ${size.height}; object-fit: cover;`;
  if (width < 1 && height < 1) {
    return `${shape} object-view-box: inset(${[top, 1 - left - width, 1 - top - height, left].map(percent).join(" ")});`;
  }
  const across = width < 1 ? left / (1 - width) : 0.5;
  const down = height < 1 ? top / (1 - height) : 0.5;
  return `${shape} object-position: ${percent(across)} ${percent(down)};`;
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
