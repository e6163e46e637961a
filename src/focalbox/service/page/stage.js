// The picture as a control: dragging the window, setting a focus, marking boxes to keep; with pointers and with keys.

const STEP = 0.02; // share of the picture that an arrow key moves by; five times that with shift
const MIN_SIDE = 0.02; // share of a side from which a drag is a box
const BOX = 0.25; // sides of a box that a key adds
const NEARER = 0.05; // share of the way to the subject that a key zooms by

/** Make a canvas a control. `now` tells what is shown, `tool` which tool is chosen, `change` takes the changes. */
export function touchable(canvas, { now, tool, change }) {
  let held = null;

  canvas.addEventListener("pointerdown", (event) => {
    if (!now() || event.button !== 0 || !event.isPrimary) return;
    const point = pointOf(canvas, event);
    const { focus, keep } = now().choice;
    held = { ...startDrag(tool(), point, now()), before: { focus, keep } };
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    held.step(point);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", (event) => held && event.isPrimary && held.step(pointOf(canvas, event)));
  canvas.addEventListener("pointerup", (event) => {
    if (!event.isPrimary) return;
    held?.end?.();
    held = null;
  });
  canvas.addEventListener("pointercancel", () => { // the finger scrolls or enlarges the page: it did not mean the window
    if (held) change(held.before);
    held = null;
  });
  canvas.addEventListener("keydown", (event) => {
    if (now() && handleKey(event)) event.preventDefault();
  });

  function startDrag(name, point, { choice, crop }) {
    if (name === "keep") return startBox(point, choice.keep);
    if (name === "focus") return { step: (at) => change({ focus: at }) };
    const middle = centre(crop.relative);
    const inside = holds(crop.relative, point);
    const apart = inside ? { x: point.x - middle.x, y: point.y - middle.y } : { x: 0, y: 0 };
    let moved = !inside;
    return {
      step(at) {
        moved ||= Math.abs(at.x - point.x) + Math.abs(at.y - point.y) > STEP / 4;
        if (moved) change({ focus: reachable({ x: at.x - apart.x, y: at.y - apart.y }, crop.relative) });
      },
    };
  }

  function startBox(from, before) {
    const hit = before.findIndex((box) => holds(box, from));
    let drawn = null;
    return {
      step(at) {
        const box = between(from, at);
        drawn = box.width >= MIN_SIDE && box.height >= MIN_SIDE ? box : null;
        change({ keep: drawn ? [...before, drawn] : before });
      },
      end() {
        if (!drawn && hit >= 0) change({ keep: before.filter((_, index) => index !== hit) });
      },
    };
  }

  function handleKey(event) {
    const { choice, crop } = now();
    const far = event.shiftKey ? 5 * STEP : STEP;
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const nearer = { "+": NEARER, "=": NEARER, "-": -NEARER, "_": -NEARER }[event.key]; // with shift or without
    const last = choice.keep.at(-1);
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    if (nearer && choice.fit !== "cover") return false;
    if (nearer) change({ zoom: Number(unit(choice.zoom + nearer).toFixed(2)) });
    else if (event.key === "Escape") {
      held = null; // in the middle of a drag, which it ends
      change({ focus: null, keep: [] });
    } else if (tool() === "keep" && event.key === "Enter") change({ keep: [...choice.keep, around(centre(crop.relative))] });
    else if (tool() === "keep" && ["Delete", "Backspace"].includes(event.key)) change({ keep: choice.keep.slice(0, -1) });
    else if (!ways[event.key]) return false;
    else if (tool() === "keep") {
      if (!last) return false;
      const [across, down] = ways[event.key];
      const box = event.shiftKey ? grown(last, across * STEP, down * STEP) : moved(last, across * STEP, down * STEP);
      change({ keep: [...choice.keep.slice(0, -1), box] });
    } else {
      const from = tool() === "focus" && choice.focus ? choice.focus : centre(crop.relative);
      const to = { x: unit(from.x + ways[event.key][0] * far), y: unit(from.y + ways[event.key][1] * far) };
      change({ focus: tool() === "focus" ? to : reachable(to, crop.relative) });
    }
    return true;
  }
}

/** The centre of a box. */
export function centre(box) {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

function pointOf(canvas, event) {
  const place = canvas.getBoundingClientRect();
  return { x: unit((event.clientX - place.left) / place.width), y: unit((event.clientY - place.top) / place.height) };
}

function unit(value) {
  return Math.min(Math.max(value, 0), 1);
}

/** The nearest centre that a window of these sides can have. */
function reachable(point, box) {
  const one = (value, side) => Math.min(Math.max(value, side / 2), 1 - side / 2);
  return { x: one(point.x, Math.min(box.width, 1)), y: one(point.y, Math.min(box.height, 1)) };
}

function holds(box, point) {
  return point.x >= box.left && point.x <= box.left + box.width && point.y >= box.top && point.y <= box.top + box.height;
}

function between(from, to) {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  return { left, top, width: right - left, height: bottom - top };
}

function around(point) {
  return moved({ left: 0, top: 0, width: BOX, height: BOX }, point.x - BOX / 2, point.y - BOX / 2);
}

function moved(box, across, down) {
  const one = (start, side, by) => Math.min(Math.max(start + by, 0), 1 - side);
  return { ...box, left: one(box.left, box.width, across), top: one(box.top, box.height, down) };
}

function grown(box, across, down) {
  const one = (start, side, by) => Math.min(Math.max(side + by, MIN_SIDE), 1 - start);
  return { ...box, width: one(box.left, box.width, across), height: one(box.top, box.height, down) };
}
