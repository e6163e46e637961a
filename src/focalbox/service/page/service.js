// Asks the service: uploads, plans of an analysis, photographs to try. Errors are the sentences of its problem documents.

/** Where the service answers; a proxy may have put it behind a path. */
export const root = new URL("..", import.meta.url).href;

const permission = location.search.slice(1); // the query of the page's own signed address, if it has one

const UNSIGNED = "This page needs a signature: open it at the address that focalbox serve prints when it starts, which is valid for a day.";

const UNREADABLE = "This file cannot be read: it is a folder, or it was changed or moved since it was chosen. Choose it again.";

/** The service refused, or did not answer; the message is for the user. */
export class Refusal extends Error {}

/** Ask, and read the answer as "json" or as a "blob". */
async function ask(address, as, options = {}) {
  const headers = { ...options.headers };
  if (permission) headers["X-Focalbox-Page"] = permission;
  let answer;
  try {
    answer = await fetch(root + address, { ...options, headers });
    if (answer.ok) return await answer[as]();
  } catch (error) { // on the way there or back
    if (error.name === "AbortError") throw error;
    if (options.body instanceof Blob && !(await isReadable(options.body))) throw new Refusal(UNREADABLE);
    throw new Refusal("The service does not answer. Is it still running?");
  }
  const problem = await answer.json().catch(() => ({}));
  if (problem.title === "Not signed") throw new Refusal(UNSIGNED);
  throw new Refusal(sentence(problem.detail ?? `The service answered with status ${answer.status}`));
}

/** Look at a picture: its plan, with the saliency map and the subjects. */
export async function analyze(blob, signal) {
  const headers = { "Content-Type": "application/octet-stream" };
  return ask("v1/plan?size=free&saliency=true", "json", { method: "POST", body: blob, headers, signal });
}

/** Plan sizes for an analysis that is known already, without sending the picture. */
export async function plan(analysis, sizes, query, signal) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(analysis);
  const address = `v1/plan?size=${sizes.join(",")}${query && `&${query}`}`;
  return (await ask(address, "json", { method: "POST", body, headers, signal })).crops;
}

/** The finished crop, as a file in the format that is asked for or that this browser likes best. */
export async function crop(blob, size, query, signal) {
  const headers = { "Content-Type": "application/octet-stream", Accept: "image/avif,image/webp,*/*;q=0.5" };
  return ask(`v1/crop?size=${size}${query && `&${query}`}`, "blob", { method: "POST", body: blob, headers, signal });
}

/** Whether a picture lies where the service's addresses find it, and the only sizes of addresses: `{folder, there, sizes}`. */
export async function place(name, bytes) {
  return ask(`page/place.json?bytes=${bytes}&name=${encodeURIComponent(name)}`, "json");
}

/** The whole picture as a JPEG, for formats that this browser does not show. */
export async function shown(blob, source) {
  const scale = Math.min(1, 1600 / Math.max(source.width, source.height));
  const size = `${Math.max(1, Math.round(source.width * scale))}x${Math.max(1, Math.round(source.height * scale))}`;
  const headers = { "Content-Type": "application/octet-stream" };
  return ask(`v1/crop?size=${size}&format=jpeg`, "blob", { method: "POST", body: blob, headers });
}

/** Names of photographs to try. */
export async function demos() {
  return ask("page/demos.json", "json");
}

/** A photograph to try. */
export async function demo(name) {
  return ask(`page/demo/${encodeURIComponent(name)}`, "blob");
}

/** Whether addresses need a signature here. */
export const signed = permission.includes("signature=");

/** The only sizes that are cut for this page; none where all are, as for its own signed address. */
export async function onlySizes() {
  return signed ? [] : (await place("", 0)).sizes;
}

/** Whether the bytes of a file are still what they were when it was chosen; else a browser sends nothing. */
async function isReadable(blob) {
  return blob.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
}
