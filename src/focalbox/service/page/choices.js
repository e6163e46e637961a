// What is asked for: the size, the options of the crop and of its file, and how they are written in addresses.

const LONGEST = 1200; // pixels of the longer side of the crop that the snippets name
const FINE = 4; // digits of a fraction: a hundredth of a pixel in 100

/** Boxes to keep, at most: with the longest name of a file, their address still has less than the 4,096 bytes that are read. */
export const MAX_KEPT = 32;

/** The choices before the visitor makes any. */
export const START = { aspect: 16 / 9, zoom: 0, fit: "cover", face: false, format: "auto", quality: 80, focus: null, keep: [] };

/** The size in pixels that an aspect ratio is shown and asked for in. */
export function sizeOf(aspect, longest = LONGEST) {
  return aspect >= 1
    ? { width: longest, height: Math.max(1, Math.round(longest / aspect)) }
    : { width: Math.max(1, Math.round(longest * aspect)), height: longest };
}

/** The options of the crop that differ from the start, as pairs of name and text. */
export function optionsOf(choice) {
  const close = choice.fit === "tight" || (choice.fit === "cover" && choice.zoom > 0);
  return [
    ...(choice.fit !== "cover" ? [["fit", choice.fit]] : []),
    ...(choice.fit === "cover" && choice.zoom > 0 ? [["zoom", String(choice.zoom)]] : []),
    ...(close ? [["upscale", "true"]] : []),
    ...(choice.face ? [["mode", "face"]] : []),
    ...(choice.focus ? [["focus", `${fraction(choice.focus.x)},${fraction(choice.focus.y)}`]] : []),
    ...choice.keep.map((box) => ["keep", ["left", "top", "width", "height"].map((side) => fraction(box[side])).join(",")]),
  ];
}

/** The options of the file that differ from the start. */
export function fileOptionsOf(choice) {
  return [
    ...(choice.format !== "auto" ? [["format", choice.format]] : []),
    ...(choice.quality !== START.quality && choice.format !== "png" ? [["quality", String(choice.quality)]] : []),
  ];
}

/** Whether the page can plan these choices by itself. */
export function isPlain(choice) {
  return choice.fit === "cover" && !choice.face && choice.keep.length === 0;
}

/** Pairs as the query of an address. */
export function queryOf(pairs) {
  return pairs.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&");
}

/** Write an aspect ratio in its usual form, such as 16:9. */
export function nameOfRatio(aspect) {
  return nearName(aspect) ?? (aspect >= 1 ? `${aspect.toFixed(2)}:1` : `1:${(1 / aspect).toFixed(2)}`);
}

/** The aspect ratio itself where one is so near that it bears its name. */
export function namedAspect(aspect) {
  const name = nearName(aspect);
  return name ? aspectOf(name) : aspect;
}

/** Read an aspect ratio such as 16:9. */
export function aspectOf(text) {
  const [across, down] = text.split(":").map(Number);
  return across / down;
}

const NAMED = ["1:1", "4:5", "9:16", "4:3", "16:9", "3:1", "2:3", "3:2", "3:4", "5:4", "2:1", "1:2", "21:9", "1:3"];

function nearName(aspect) {
  return NAMED.find((text) => Math.abs(aspectOf(text) / aspect - 1) < 0.008);
}

function fraction(value) {
  return String(Number(Math.min(Math.max(value, 0), 1).toFixed(FINE)));
}
