// The URL, the command, the Python line and the CSS of a crop, to copy.

import { cssOf } from "./planning.js";

/** All snippets of a crop, by name. */
export function snippets({ name, size, zoom, crop, signed }) {
  const text = `${size.width}x${size.height}`;
  const query = zoom > 0 ? `?zoom=${zoom}&upscale=true` : "";
  const path = `/v1/crop/${text}/${name.split("/").map(encodeURIComponent).join("/")}${query}`;
  return {
    URL: signed ? `$(focalbox sign '${location.origin}${path.replaceAll("'", "%27")}')` : `${location.origin}${path}`,
    Command: `focalbox crop ${quoted(name)} -s ${text}${zoom > 0 ? ` --zoom ${zoom} --upscale` : ""}`,
    Python: `focalbox.crop(${JSON.stringify(name)}, "${text}"${zoom > 0 ? `, zoom=${zoom}, upscale=True` : ""})`,
    CSS: `aspect-ratio: ${size.width} / ${size.height}; object-fit: cover; ${cssOf(crop.relative)};`,
  };
}

function quoted(name) {
  return /^[\w.\/-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
