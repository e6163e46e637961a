// The page: takes a picture and the visitor's choices, and draws everything again at each change.

import { aspectOf, fileOptionsOf, isPlain, MAX_KEPT, namedAspect, nameOfRatio, optionsOf, queryOf, sizeOf, START } from "./choices.js";
import { buildSnippets, explainPlace, fillSnippets } from "./copying.js";
import { drawStage, mapPicture } from "./drawing.js";
import { acceptDrops } from "./drops.js";
import { buildWall, drawPair, fillOthers, fillWall, NARROW, roomOfStage, WALL } from "./gallery.js";
import { planCrop, planned, readMap } from "./planning.js";
import * as service from "./service.js";
import { percent } from "./shown.js";
import { pointInside, snippets } from "./snippets.js";
import { nameElement, say, speakOf } from "./speech.js";
import { centre, touchable } from "./stage.js";

const DRAWN = 1600; // pixels of the longer side of the picture that is drawn
const PAUSE = 120; // milliseconds without a change before the service is asked how sure it is
const CALM = 600; // milliseconds without a change before it is asked for the finished file
const RATIOS = ["1:1", "4:5", "9:16", "4:3", "16:9", "3:1"];
const THUMBNAIL = "360x240"; // of a photograph to try, as in style.css
const HELP = {
  move: ["Drag the window.", "Arrow keys move it, too, with Shift further; plus and minus zoom, and Escape lets focalbox choose."],
  focus: ["Click the point that the window is centred on.", "Arrow keys move it."],
  keep: ["Drag a box around what has to stay; click a box to remove it.", "Enter adds a box, arrow keys move it, with Shift they size it, Delete removes it."],
}; // what the pointer does, and what keys do
const LAYERS = ["map", "salient", "subject", "heads", "window"];

const part = (id) => document.getElementById(id);

const choice = { ...START };
let scene = null; // what is shown: picture, blob, map, source, salient, placing, analysis, name, crop, choice
let only = []; // the sizes that are cut, where not all are
let refused = false; // whether the last change was refused, which the plan of an earlier one does not take back
let round = 0; // counts pictures, so that a slow one does not replace a later one
const asked = { look: new AbortController(), plan: new AbortController(), file: new AbortController() };
const timers = { plan: 0, file: 0 };

async function open(blob, name) {
  const mine = (round += 1);
  asked.look.abort(); // an earlier picture, still on its way
  asked.look = new AbortController();
  say(`Looking at ${name} …`);
  part("problem").hidden = true;
  part("drop").dataset.busy = "true";
  try {
    const analysis = await service.analyze(blob, asked.look.signal);
    const picture = await readable(blob, analysis.source);
    if (mine !== round) return;
    const map = readMap(analysis.saliency);
    Object.assign(choice, { focus: null, keep: [] });
    scene = {
      analysis, blob, choice, map, name, picture, mapPicture: mapPicture(map), source: analysis.source,
      salient: analysis.salient, placing: analysis.placing, crop: null,
    };
    part("work").hidden = false;
    const { width, height } = scene.source;
    part("facts").replaceChildren(nameElement(name), ` · ${width} × ${height} pixels · model ${analysis.model}`);
    update();
    say("The crop is ready.");
    const place = await service.place(name, blob.size);
    if (mine === round) explainPlace(name, place);
  } catch (error) {
    if (mine === round) showError(part("problem"), error, "This picture cannot be shown.");
  } finally {
    if (mine === round) delete part("drop").dataset.busy;
  }
}

function openFirst({ files }, otherwise) {
  if (files.length > 0) open(files[0], files[0].name);
  else showError(part("problem"), null, otherwise);
}

async function readable(blob, source) {
  const scale = Math.min(1, DRAWN / Math.max(source.width, source.height));
  const size = {
    resizeWidth: Math.max(1, Math.round(source.width * scale)),
    resizeHeight: Math.max(1, Math.round(source.height * scale)),
    resizeQuality: "high",
  };
  try {
    return await createImageBitmap(blob, size);
  } catch {
    return createImageBitmap(await service.shown(blob, source), size);
  }
}

/** The choices as the controls show them. */
function shownChoices() {
  return {
    aspect: namedAspect(2 ** Number(part("ratio").value)), zoom: Number(part("zoom").value), quality: Number(part("quality").value),
    fit: part("fit").value, format: part("format").value, face: part("face").checked,
  };
}

/** Apply a change and show the result: at once where the page itself can plan, else when the service has planned. */
function update(change = {}) {
  if (change.keep?.length > MAX_KEPT) {
    refused = true;
    showError(part("crop-problem"), null, `At most ${MAX_KEPT} boxes are kept: an address holds no more.`);
    return;
  }
  if (Object.keys(change).length > 0) refused = false;
  Object.assign(choice, change);
  const size = sizeOf(choice.aspect);
  part("ratio-value").textContent = nameOfRatio(choice.aspect);
  part("ratio").setAttribute("aria-valuetext", nameOfRatio(choice.aspect));
  part("zoom").setAttribute("aria-valuetext", percent(choice.zoom));
  part("zoom").value = String(choice.zoom);
  part("zoom-value").textContent = percent(choice.zoom);
  part("zoom").disabled = choice.fit !== "cover";
  part("quality-value").textContent = String(choice.quality);
  part("quality").disabled = choice.format === "png";
  part("release").disabled = !choice.focus && choice.keep.length === 0;
  for (const button of document.querySelectorAll("[data-ratio]")) {
    button.setAttribute("aria-pressed", String(Math.abs(aspectOf(button.dataset.ratio) - choice.aspect) < 0.01));
  }
  if (!scene) return;
  const plain = isPlain(choice);
  if (plain || !scene.crop) show(planCrop(scene, size, choice.zoom, choice.focus), null);
  else draw();
  part("confidence").dataset.stale = "true"; // it is that of an earlier window until the service has answered
  later("plan", plain ? PAUSE : 0, () => askForPlan(size, plain));
  forgetFile();
  later("file", CALM, () => askForFile(size));
}

function show(crop, wall) {
  const size = sizeOf(choice.aspect);
  scene.crop = crop;
  const { left, top, width, height } = crop.pixels;
  part("box").textContent = `${width} × ${height} at ${left}, ${top}`;
  draw();
  if (wall || isPlain(choice)) fillWall(scene, wall);
  fillOthers(scene, size, (other) => update({ focus: centre(other.relative), keep: [] }));
  const point = pointInside(crop, scene.analysis.focal_point);
  fillSnippets(snippets({ name: scene.name, size, choice, crop, point, signed: service.signed }));
}

function draw() {
  const layers = Object.fromEntries(LAYERS.map((name) => [name, part(`layer-${name}`).checked]));
  drawPair(scene, sizeOf(choice.aspect)); // before the picture, which gets the room that is left
  drawStage(part("stage"), scene, layers, roomOfStage());
  part("stage").toggleAttribute("data-free", scene.crop.relative.height < 1);
}

function later(what, pause, work) {
  clearTimeout(timers[what]);
  asked[what].abort();
  asked[what] = new AbortController();
  timers[what] = setTimeout(work, pause);
}

async function askForPlan(size, plain) {
  const { signal } = asked.plan;
  const sizes = [size, ...(plain ? [] : WALL.map(([, width, height]) => ({ width, height })))];
  try {
    const texts = sizes.map(({ width, height }) => `${width}x${height}`);
    const [crop, ...wall] = await service.plan(scene.analysis, texts, queryOf(optionsOf(choice)), signal);
    part("confidence").textContent = percent(crop.confidence);
    delete part("confidence").dataset.stale;
    part("notes").textContent = (crop.notes ?? []).map((note) => `${note.charAt(0).toUpperCase()}${note.slice(1)}.`).join(" ");
    part("notes").hidden = !crop.notes;
    if (!refused) part("crop-problem").hidden = true;
    show(planned(scene, crop), plain ? null : wall.map((one) => planned(scene, one)));
    speakOf(scene, crop.confidence);
  } catch (error) {
    if (error.name === "AbortError") return;
    part("confidence").textContent = "–";
    showError(part("crop-problem"), error, "The window cannot be planned.");
  }
}

/** Withdraw the finished file and its size, which belong to an earlier choice. */
function forgetFile() {
  part("weight").textContent = "Making the file …";
  part("save").hidden = true;
}

async function askForFile(size) {
  if (!part("options").open) return;
  if (only.length > 0 && !only.includes(`${size.width}x${size.height}`)) {
    part("weight").textContent = `Files are made only in these sizes: ${only.join(", ")}`;
    return;
  }
  const { signal } = asked.file;
  try {
    const query = queryOf([...optionsOf(choice), ...fileOptionsOf(choice)]);
    const file = await service.crop(scene.blob, `${size.width}x${size.height}`, query, signal);
    const kind = file.type.replace("image/", "");
    part("weight").textContent = `${size.width} × ${size.height}, ${kind.toUpperCase()}, ${(file.size / 1000).toFixed(1)} kB`;
    URL.revokeObjectURL(part("save").href);
    // As the command names it.
    const download = `${scene.name.replace(/\.[^.]*$/, "")}-${size.width}x${size.height}.${kind.replace("jpeg", "jpg")}`;
    Object.assign(part("save"), { href: URL.createObjectURL(file), download, hidden: false });
  } catch (error) {
    if (error.name === "AbortError") return;
    part("weight").textContent = "–";
    showError(part("crop-problem"), error, "The file cannot be made.");
  }
}

function showError(place, error, otherwise) {
  say("");
  place.textContent = error instanceof service.Refusal ? error.message : otherwise;
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
}

function useAspect(aspect) {
  part("ratio").value = String(Math.log2(aspect));
  update({ aspect });
}

function build() {
  for (const text of RATIOS) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.dataset.ratio = text;
    button.addEventListener("click", () => useAspect(aspectOf(text)));
    part("ratios").append(button);
  }
  buildWall((aspect) => {
    useAspect(aspect);
    part("work").scrollIntoView({ block: "start" });
    part("ratio").focus({ preventScroll: true });
  });
  buildSnippets();
  part("options").open = window.innerWidth > NARROW;
}

function explainTool(name) {
  const [hand, keys] = HELP[name];
  part("stage-help").replaceChildren(`${hand} `, Object.assign(document.createElement("span"), { className: "keys", textContent: keys }));
}

async function offerDemos() {
  only = await service.onlySizes().catch(() => []);
  const names = await service.demos().catch((error) => {
    showError(part("problem"), error, "The photographs to try cannot be shown.");
    return [];
  });
  part("demos").hidden = names.length === 0;
  if (names.length > 0 && round === 0) say("Fetching photographs to try …");
  for (const name of names) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "demo" });
    const label = name.replace(/\.[a-z]+$/i, "");
    button.setAttribute("aria-label", `Try the photograph ${label}`);
    const blob = await service.demo(name).catch(() => null);
    if (!blob) continue;
    const opened = name.includes(".") ? name : `${name}.jpg`;
    if (round === 0) await open(blob, opened); // before its small copy, for which a slow network would have to carry it once more
    const small = only.length > 0 ? blob : await service.crop(blob, THUMBNAIL, "format=jpeg").catch(() => blob);
    const image = Object.assign(document.createElement("img"), { alt: "", draggable: false, src: URL.createObjectURL(small) });
    button.append(image, Object.assign(document.createElement("span"), { textContent: label }));
    button.addEventListener("click", () => open(blob, opened));
    part("demos").append(button);
  }
  if (round === 0) say("");
}

function listen() {
  const tool = () => document.querySelector("[name=tool]:checked").value;
  touchable(part("stage"), { now: () => scene, tool, change: update });
  const useTool = () => {
    part("stage").dataset.tool = tool();
    explainTool(tool());
  };
  window.addEventListener("pageshow", () => { // by now the browser has put back what was chosen before a reload, or on the way back
    useTool();
    update(shownChoices());
  });
  for (const radio of document.querySelectorAll("[name=tool]")) radio.addEventListener("change", useTool);
  part("release").addEventListener("click", () => {
    part("stage").focus({ preventScroll: true }); // the button is disabled now, which would lose the focus
    update({ focus: null, keep: [] });
  });
  part("ratio").addEventListener("input", () => update({ aspect: namedAspect(2 ** Number(part("ratio").value)) }));
  for (const name of ["zoom", "quality"]) {
    part(name).addEventListener("input", () => update({ [name]: Number(part(name).value) }));
  }
  for (const name of ["fit", "format"]) part(name).addEventListener("change", () => update({ [name]: part(name).value }));
  part("face").addEventListener("change", () => update({ face: part("face").checked }));
  part("options").addEventListener("toggle", () => scene && update());
  for (const name of LAYERS) part(`layer-${name}`).addEventListener("change", () => scene && draw());
  part("file").addEventListener("change", () => {
    if (part("file").files.length > 0) open(part("file").files[0], part("file").files[0].name);
    part("file").value = "";
  });
  acceptDrops(part("drop"), (data) => openFirst(data, "What was dropped is no file. Save the picture first, then drop the file."));
  document.addEventListener("paste", (event) => openFirst(event.clipboardData, "There is no picture in the clipboard."));
  new ResizeObserver(() => scene && requestAnimationFrame(() => update())).observe(part("work"));
}

build();
listen();
update(shownChoices());
offerDemos();
