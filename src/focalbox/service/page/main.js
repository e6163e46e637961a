// The page: a picture comes in, sliders move, and everything that depends on them is drawn again at once.

import { drawCrop, drawStage, mapPicture } from "./drawing.js";
import { planCrop, readMap } from "./planning.js";
import * as service from "./service.js";
import { snippets } from "./snippets.js";

const LONGEST = 1200; // pixels of the longer side of the crop that the snippets name
const DRAWN = 1600; // pixels of the longer side of the picture that is drawn
const PAUSE = 120; // milliseconds without a change before the service is asked how sure it is
const WALL = [
  ["Banner", 1200, 300], ["Wide", 1600, 900], ["Link preview", 1200, 630], ["Square", 1080, 1080],
  ["Portrait", 1080, 1350], ["Story", 1080, 1920], ["Card", 400, 300], ["Avatar", 200, 200],
];
const RATIOS = ["1:1", "4:5", "9:16", "4:3", "16:9", "3:1"];

const part = (id) => document.getElementById(id);
const view = {
  stage: part("stage"), result: part("result"), ratio: part("ratio"), zoom: part("zoom"), wall: part("wall"),
  status: part("status"), problem: part("problem"), work: part("work"), file: part("file"), drop: part("drop"),
};

let scene = null; // what is shown: picture, map, source, salient, placing, analysis, name, crop
let round = 0; // counts pictures, so that a slow one does not replace a later one
let asking = new AbortController();
let timer = 0;

async function open(blob, name) {
  const mine = (round += 1);
  say("Looking at the picture …");
  view.problem.hidden = true;
  view.drop.dataset.busy = "true";
  try {
    const analysis = await service.analyze(blob);
    const picture = await readable(blob, analysis.source);
    if (mine !== round) return;
    const map = readMap(analysis.saliency);
    scene = {
      analysis, name, map, picture, mapPicture: mapPicture(map), source: analysis.source,
      salient: analysis.salient, placing: analysis.placing,
    };
    view.work.hidden = false;
    part("facts").textContent = `${name} · ${scene.source.width} × ${scene.source.height} pixels · model ${analysis.model}`;
    update();
    say("The crop is ready.");
  } catch (error) {
    if (mine !== round) return;
    showError(error instanceof service.Refusal ? error.message : "This picture cannot be shown.");
  } finally {
    if (mine === round) delete view.drop.dataset.busy;
  }
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

function chosen() {
  const aspect = 2 ** Number(view.ratio.value);
  const size = aspect >= 1
    ? { width: LONGEST, height: Math.max(1, Math.round(LONGEST / aspect)) }
    : { width: Math.max(1, Math.round(LONGEST * aspect)), height: LONGEST };
  return { size, zoom: Number(view.zoom.value) };
}

function update() {
  const { size, zoom } = chosen();
  part("ratio-value").textContent = named(size.width / size.height);
  part("zoom-value").textContent = `${Math.round(100 * zoom)} %`;
  view.ratio.setAttribute("aria-valuetext", named(size.width / size.height));
  if (!scene) return;
  scene.crop = planCrop(scene, size, zoom);
  part("kept").textContent = percent(scene.crop.kept);
  const { left, top, width, height } = scene.crop.pixels;
  part("box").textContent = `${width} × ${height} at ${left}, ${top}`;
  draw();
  fillWall(zoom);
  fillSnippets(snippets({ name: scene.name, size, zoom, crop: scene.crop, signed: service.signed }));
  for (const button of document.querySelectorAll("[data-ratio]")) {
    button.setAttribute("aria-pressed", String(Math.abs(aspectOf(button.dataset.ratio) - size.width / size.height) < 0.01));
  }
  clearTimeout(timer);
  timer = setTimeout(askHowSure, PAUSE);
}

function draw() {
  const layers = Object.fromEntries(["map", "salient", "window"].map((name) => [name, part(`layer-${name}`).checked]));
  drawStage(view.stage, scene, layers);
  const { size } = chosen();
  const room = view.result.parentElement.clientWidth;
  const tall = Math.min(420, 0.6 * window.innerHeight);
  const scale = Math.min(room / size.width, tall / size.height);
  view.result.style.width = `${size.width * scale}px`;
  view.result.style.height = `${size.height * scale}px`;
  drawCrop(view.result, scene, scene.crop.relative, size.width * scale, size.height * scale);
}

async function askHowSure() {
  const { size, zoom } = chosen();
  asking.abort();
  asking = new AbortController();
  try {
    const planned = await service.plan(scene.analysis, `${size.width}x${size.height}`, zoom, asking.signal);
    part("confidence").textContent = percent(planned.crops[0].confidence);
  } catch (error) {
    if (error.name !== "AbortError") part("confidence").textContent = "–";
  }
}

function fillWall(zoom) {
  for (const [index, [, width, height]] of WALL.entries()) {
    const card = view.wall.children[index];
    const canvas = card.querySelector("canvas");
    const crop = planCrop(scene, { width, height }, zoom);
    const scale = Math.min(canvas.parentElement.clientWidth / width, 150 / height);
    canvas.style.width = `${width * scale}px`;
    canvas.style.height = `${height * scale}px`;
    drawCrop(canvas, scene, crop.relative, width * scale, height * scale);
    card.querySelector("[data-kept]").textContent = `keeps ${percent(crop.kept)}`;
  }
}

function fillSnippets(all) {
  for (const [name, text] of Object.entries(all)) part(`snippet-${name}`).textContent = text;
}

function percent(share) {
  return `${Math.round(100 * share)} %`;
}

function aspectOf(text) {
  const [across, down] = text.split(":").map(Number);
  return across / down;
}

function named(aspect) {
  const known = [...RATIOS, "2:3", "3:2", "3:4", "5:4", "2:1", "1:2", "21:9", "1:3"];
  const close = known.find((text) => Math.abs(aspectOf(text) / aspect - 1) < 0.008);
  return close ?? (aspect >= 1 ? `${aspect.toFixed(2)}:1` : `1:${(1 / aspect).toFixed(2)}`);
}

function say(text) {
  view.status.textContent = text;
}

function showError(text) {
  say("");
  view.problem.textContent = text;
  view.problem.hidden = false;
}

async function copy(button) {
  const text = part(`snippet-${button.dataset.copy}`).textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
    say(`The ${button.dataset.copy} was copied.`);
  } catch {
    const range = document.createRange();
    range.selectNodeContents(part(`snippet-${button.dataset.copy}`));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    button.textContent = "Selected";
    say("Press control and C to copy what is selected.");
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1600);
}

function build() {
  for (const text of RATIOS) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
    button.dataset.ratio = text;
    button.addEventListener("click", () => {
      view.ratio.value = String(Math.log2(aspectOf(text)));
      update();
    });
    part("ratios").append(button);
  }
  for (const [name, width, height] of WALL) {
    const card = part("card").content.firstElementChild.cloneNode(true);
    card.querySelector("[data-name]").textContent = name;
    card.querySelector("[data-size]").textContent = `${width} × ${height}`;
    card.querySelector("canvas").setAttribute("aria-label", `${name}, ${width} by ${height}`);
    card.classList.toggle("round", name === "Avatar");
    card.querySelector("button").addEventListener("click", () => {
      view.ratio.value = String(Math.log2(width / height));
      update();
      part("work").scrollIntoView({ block: "start" });
      view.ratio.focus({ preventScroll: true });
    });
    view.wall.append(card);
  }
  for (const name of ["URL", "Command", "Python", "CSS"]) {
    const row = part("snippet").content.firstElementChild.cloneNode(true);
    row.querySelector("h3").textContent = name;
    row.querySelector("code").id = `snippet-${name}`;
    const button = row.querySelector("button");
    button.dataset.copy = name;
    button.setAttribute("aria-label", `Copy the ${name}`);
    button.addEventListener("click", () => copy(button));
    part("snippets").append(row);
  }
}

async function offerDemos() {
  const names = await service.demos().catch(() => []);
  for (const name of names) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "demo" });
    const label = name.replace(/\.[a-z]+$/i, "");
    button.setAttribute("aria-label", `Try the photograph ${label}`);
    const blob = await service.demo(name).catch(() => null);
    if (!blob) continue;
    const image = Object.assign(document.createElement("img"), { alt: "", src: URL.createObjectURL(blob) });
    button.append(image, Object.assign(document.createElement("span"), { textContent: label }));
    button.addEventListener("click", () => open(blob, name.includes(".") ? name : `${name}.jpg`));
    part("demos").append(button);
    if (!scene && round === 0) await open(blob, name.includes(".") ? name : `${name}.jpg`);
  }
}

function listen() {
  for (const slider of [view.ratio, view.zoom]) slider.addEventListener("input", update);
  for (const name of ["map", "salient", "window"]) part(`layer-${name}`).addEventListener("change", () => scene && draw());
  view.file.addEventListener("change", () => {
    if (view.file.files.length > 0) open(view.file.files[0], view.file.files[0].name);
    view.file.value = "";
  });
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      view.drop.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length > 0) {
        open(event.dataTransfer.files[0], event.dataTransfer.files[0].name);
      }
    });
  }
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) open(file, file.name);
  });
  new ResizeObserver(() => scene && requestAnimationFrame(update)).observe(view.work);
}

build();
listen();
update();
offerDemos();
