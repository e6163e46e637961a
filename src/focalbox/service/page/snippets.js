// A crop as code to copy: addresses of all dialects, HTML, CSS, the command, Python. What a dialect cannot say is null.

import { fileOptionsOf, isPlain, optionsOf, queryOf, sizeOf } from "./choices.js";
import { cssOf } from "./planning.js";
import { root } from "./service.js";

const WIDTHS = [320, 640, 960, 1280, 1920]; // of a srcset, as in focalbox.html
const NARROW = "(max-width: 40em)"; // where a <picture> shows another shape: phones
const EVERYTHING = { left: 0, top: 0, width: 1, height: 1 };

/** All snippets of a crop, by name. */
export function snippets({ name, size, choice, crop, point, signed }) {
  const text = `${size.width}x${size.height}`;
  const options = optionsOf(choice);
  const all = [...options, ...fileOptionsOf(choice)];
  const path = (shape) => `v1/crop/${shape}/${encoded(name)}${all.length ? `?${queryOf(all)}` : ""}`;
  const native = (shape) => root + path(shape);
  const said = { name, size, text, choice, crop, untouched: isPlain(choice) && choice.zoom === 0 && !choice.focus };
  return {
    URL: signed ? `${root.slice(0, -1)}$(focalbox sign '/${path(text)}')` : native(text),
    "img srcset": image(size, native, point),
    picture: `<picture>\n  ${source(otherShape(size), native)}\n  ${image(size, native, point)}\n</picture>`,
    CSS: cssOf(crop, size),
    thumbor: thumbor(said),
    imgproxy: imgproxy(said),
    Filestack: filestack(said),
    Command: `focalbox crop ${quoted(name)} -s ${text}${options.map(flag).join("")}${fileOptionsOf(choice).map(flag).join("")}`,
    Python: `focalbox.crop(${[JSON.stringify(name), `"${text}"`, ...keywords(options)].join(", ")})`,
  };
}

function image(size, native, point) {
  const shown = sizeOf(size.width / size.height, size.width >= size.height ? 1280 : Math.round((1280 * size.height) / size.width));
  const at = `object-fit: cover; object-position: ${percent(point.x)} ${percent(point.y)}`;
  return `<img src="${html(native(`${shown.width}x${shown.height}`))}" srcset="${html(widths(size, native))}" sizes="100vw" `
    + `width="${shown.width}" height="${shown.height}" alt="" loading="lazy" style="${at}">`;
}

function source(size, native) {
  return `<source media="${NARROW}" srcset="${html(widths(size, native))}" sizes="100vw" width="${size.width}" height="${size.height}">`;
}

function widths(size, native) {
  const shape = (width) => `${width}x${Math.max(1, Math.round((width * size.height) / size.width))}`;
  return WIDTHS.map((width) => `${native(shape(width))} ${width}w`).join(", ");
}

/** The shape that phones get beside this one: upright where it is wide, square where it is upright. */
function otherShape(size) {
  return size.width > size.height ? { width: 960, height: 1200 } : { width: 960, height: 960 };
}

function thumbor({ name, text, choice, crop, untouched }) {
  if (crop.padded) return null;
  const { left, top, width, height } = crop.pixels;
  const window = untouched ? "" : `${left}x${top}:${left + width}x${top + height}/`;
  const filters = fileOptionsOf(choice).map(([option, value]) => `${option}(${value})`);
  const chain = filters.length ? `filters:${filters.join(":")}/` : "";
  return `${root}unsafe/${window}${text}/${untouched ? "smart/" : ""}${chain}${encoded(name)}`;
}

function imgproxy({ name, size, choice, crop, untouched }) {
  if (!untouched && !(isPlain(choice) && choice.zoom === 0)) return null;
  const middle = { x: crop.relative.left + crop.relative.width / 2, y: crop.relative.top + crop.relative.height / 2 };
  const gravity = untouched ? "g:sm" : `g:fp:${Number(middle.x.toFixed(4))}:${Number(middle.y.toFixed(4))}`;
  const [quality] = fileOptionsOf(choice).filter(([option]) => option === "quality");
  const end = choice.format === "auto" ? "" : `@${choice.format}`;
  const options = [`rs:fill:${size.width}:${size.height}:1`, gravity, ...(quality ? [`q:${quality[1]}`] : [])];
  return `${root}unsafe/${options.join("/")}/plain/${encoded(name)}${end}`;
}

function filestack({ name, size, choice, crop, untouched }) {
  if (crop.padded) return null;
  const { left, top, width, height } = crop.pixels;
  const file = fileOptionsOf(choice).map(([option, value]) => `${option}:${value}`);
  const end = file.length ? `output=${file.join(",")}/` : "";
  const task = untouched
    ? `smart_crop=w:${size.width},h:${size.height}`
    : `crop=dim:[${left},${top},${width},${height}]/resize=w:${size.width},h:${size.height},fit:scale`;
  return `${root}${task}/${end}${encoded(name)}`;
}

function flag([option, value]) {
  return ` --${option}${value === "true" ? "" : ` ${value}`}`;
}

function keywords(options) {
  const boxes = options.filter(([option]) => option === "keep").map(([, value]) => `(${value.replaceAll(",", ", ")})`);
  const written = { fit: JSON.stringify, mode: JSON.stringify, focus: (value) => `(${value.replaceAll(",", ", ")})`, upscale: () => "True" };
  const others = options.filter(([option]) => option !== "keep");
  return [
    ...others.map(([option, value]) => `${option}=${(written[option] ?? String)(value)}`),
    ...(boxes.length ? [`keep=[${boxes.join(", ")}]`] : []),
  ];
}

/** The focal point in fractions of a crop, for layouts that cut the crop once more. */
export function pointInside(crop, focal) {
  const { left, top, width, height } = crop.padded ? EVERYTHING : crop.relative;
  const inside = (value) => Math.min(Math.max(value, 0), 1);
  return { x: inside((focal.x - left) / width), y: inside((focal.y - top) / height) };
}

function encoded(name) {
  return name.split("/").map(encodeURIComponent).join("/").replaceAll("'", "%27");
}

function html(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
}

function percent(share) {
  return `${Number((100 * share).toFixed(2))}%`;
}

function quoted(name) {
  return /^[\w.\/-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
