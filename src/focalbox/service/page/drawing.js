// Draws: the picture with its layers, and the crops.

// Eight even steps of the "inferno" colour scale (S. van der Walt and N. Smith, CC0), as in explain/strip.py.
const HEAT = [
  [0, 0, 4], [40, 11, 84], [101, 21, 110], [159, 42, 99], [212, 72, 66], [245, 125, 21], [250, 193, 39], [252, 255, 164],
];
const MAP_OPACITY = 0.72;
const SHADE = "rgb(8 9 12 / 62%)";
const SHADE_OF_MAP = "rgb(8 9 12 / 30%)"; // the map is dark already
const SALIENT = "#ffc400";
const WINDOW = "#22c8f5";

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

/** Draw the picture and the layers that are switched on. */
export function drawStage(canvas, scene, layers) {
  const width = canvas.clientWidth;
  const context = sharpen(canvas, width, (width * scene.source.height) / scene.source.width);
  const { width: across, height: down } = canvas;
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
  if (layers.salient) outline(context, scaled(scene.salient, across, down), SALIENT, [8, 5]);
  if (layers.window) outline(context, scaled(scene.crop.relative, across, down), WINDOW, []);
}

/** Draw a crop to fill a canvas of a width and height in CSS pixels. */
export function drawCrop(canvas, scene, relative, width, height) {
  const context = sharpen(canvas, width, height);
  const box = scaled(relative, scene.picture.width, scene.picture.height);
  context.drawImage(scene.picture, box.left, box.top, box.width, box.height, 0, 0, canvas.width, canvas.height);
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
