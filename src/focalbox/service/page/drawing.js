// Draws: the picture with its layers, and the crops.

// Eight even steps of the "inferno" colour scale (S. van der Walt and N. Smith, CC0), as in explain/strip.py.
const HEAT = [
  [0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164],
];
const MAP_OPACITY = 0.72;
const SHADE = "rgb(8 9 12 / 62%)";
const SHADE_OF_MAP = "rgb(8 9 12 / 30%)"; // the map is dark already
const COLOURS = { salient: "#ffc400", subject: "#5ee08a", face: "#ff8ad8", text: "#ff9d5c", window: "#22c8f5", keep: "#ffffff" };
const CROSS = 12; // half a cross in CSS pixels

/** Draw a saliency map once, a pixel a cell. */
export function mapPicture(map) {
  const canvas = document.createElement("canvas");
  canvas.width = map.columns;
  canvas.height = map.rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(map.columns, map.rows);
  map.cells.forEach((value, index) => {
    const place = ((map.most > 0 ? value / map.most : 0) * (HEAT.length - 1));
    const low = Math.min(Math.floor(place), HEAT.length - 2);
    for (let channel = 0; channel < 3; channel += 1) {
      image.data[4 * index + channel] = HEAT[low][channel] + (HEAT[low + 1][channel] - HEAT[low][channel]) * (place - low);
    }
    image.data[4 * index + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Fit a canvas to the pixels that it is shown with. */
export function sharpen(canvas, width, height) {
  const density = Math.min(window.devicePixelRatio || 1, 2);
  const across = Math.max(1, Math.round(width * density));
  const down = Math.max(1, Math.round(height * density));
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  return context;
}

/** Draw the picture, as large as a room allows, and the layers that are switched on. */
export function drawStage(canvas, scene, layers, room) {
  const scale = Math.min(room.width / scene.source.width, room.height / scene.source.height);
  const shown = { width: scene.source.width * scale, height: scene.source.height * scale };
  canvas.style.width = `${shown.width}px`;
  canvas.style.height = `${shown.height}px`;
  const context = sharpen(canvas, shown.width, shown.height);
  const { width: across, height: down } = canvas;
  context.clearRect(0, 0, across, down); // what was drawn before would shine through a transparent picture
  context.drawImage(scene.picture, 0, 0, across, down);
  if (layers.map) {
    context.globalAlpha = MAP_OPACITY;
    context.drawImage(scene.mapPicture, 0, 0, across, down);
    context.globalAlpha = 1;
  }
  if (layers.window) {
    const { left, top, width: wide, height: high } = scaled(scene.crop.relative, across, down);
    context.fillStyle = layers.map ? SHADE_OF_MAP : SHADE;
    context.beginPath();
    context.rect(0, 0, across, down);
    context.rect(left, top, wide, high);
    context.fill("evenodd");
  }
  const framed = (box, colour, dashes) => outline(context, scaled(box, across, down), colour, dashes);
  if (layers.salient) framed(scene.salient, COLOURS.salient, [8, 5]);
  if (layers.subject) framed(scene.placing.subject_box, COLOURS.subject, [2, 4]);
  for (const one of layers.heads ? scene.placing.subjects : []) framed(one.boxes[0], COLOURS[one.kind] ?? COLOURS.face, []);
  if (layers.window) framed(scene.crop.relative, COLOURS.window, []);
  for (const box of scene.choice.keep) framed(box, COLOURS.keep, [6, 6]);
  if (scene.choice.focus) cross(context, scene.choice.focus.x * across, scene.choice.focus.y * down);
}

/** Draw a crop to fill a canvas of a width and height in CSS pixels; what is padded is white. */
export function drawCrop(canvas, scene, crop, width, height) {
  const context = sharpen(canvas, width, height);
  const box = scaled(crop.relative, scene.picture.width, scene.picture.height);
  const inner = scaled(crop.inner, canvas.width, canvas.height);
  context.fillStyle = "#fff";
  if (crop.padded) context.fillRect(0, 0, canvas.width, canvas.height);
  else context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(scene.picture, box.left, box.top, box.width, box.height, inner.left, inner.top, inner.width, inner.height);
}

/** Give a canvas the largest size in some room that has the shape of a size, and draw a crop in it. */
export function fitCrop(canvas, scene, crop, size, room) {
  const scale = Math.min(room.width / size.width, room.height / size.height);
  canvas.style.width = `${size.width * scale}px`;
  canvas.style.height = `${size.height * scale}px`;
  drawCrop(canvas, scene, crop, size.width * scale, size.height * scale);
}

function cross(context, x, y) {
  const density = Math.min(window.devicePixelRatio || 1, 2);
  const arm = CROSS * density;
  for (const [style, width] of [["rgb(0 0 0 / 60%)", 6], ["#fff", 3]]) {
    context.strokeStyle = style;
    context.lineWidth = width * density;
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    context.stroke();
  }
}

function scaled(box, across, down) {
  return { left: box.left * across, top: box.top * down, width: box.width * across, height: box.height * down };
}

function outline(context, box, colour, dashes) {
  const density = Math.min(window.devicePixelRatio || 1, 2);
  for (const [style, width] of [["rgb(0 0 0 / 55%)", 4], [colour, 2]]) {
    context.strokeStyle = style;
    context.lineWidth = width * density;
    context.setLineDash(dashes.map((dash) => dash * density));
    const inset = 1.5 * density;
    context.strokeRect(box.left + inset, box.top + inset, box.width - 2 * inset, box.height - 2 * inset);
  }
  context.setLineDash([]);
}
