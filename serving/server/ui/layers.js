// What may be drawn over an image: masks, doubt, boxes and heat maps, from a model's outputs.
//
// A layer has a name, a kind, draw() and perhaps a note. A surface has the context of the canvas,
// its scale (pixels of the canvas for one of the image) and the server's colours: palette and heat.

/** The layers of the outputs of a signature. */
export async function makeLayers(outputs, classes, surface) {
  const layers = [];
  if (outputs.mask_bytes) {
    const colours = surface.palette.map((colour) => pack(...colour, 255));
    layers.push(await makeMask("classes", "mask", outputs.mask_bytes, colours, surface));
  }
  if (outputs.confidence_bytes) {
    const greys = surface.palette.map((_, confidence) => pack(0, 0, 0, 255 - confidence));
    const layer = await makeMask("confidence", "doubt", outputs.confidence_bytes, greys, surface);
    layers.push({ ...layer, note: "Dark pixels have little confidence." });
  }
  if (outputs.boxes) {
    const draw = () => drawBox(outputs.boxes, classes[0], surface);
    layers.push({ name: "box", kind: "box", draw });
  }
  if (outputs.score_maps) layers.push(...classes.map((one) => makeHeat(outputs, one, surface)));
  return layers;
}

async function makeMask(name, kind, png, colours, { context }) {
  const values = await readGrey(png, context.canvas);
  return { name, kind, draw: () => paint(context, (place) => colours[values[4 * place]]) };
}

/** The scores of one class: those of the image's own part of a padded map. */
function makeHeat(outputs, { number, name }, surface) {
  const [height, width] = outputs.map_sizes;
  const rows = outputs.score_maps.slice(0, height).map((row) => row.slice(0, width));
  const scores = rows.flat().map((cell) => cell[number]);
  const low = scores.reduce((one, other) => Math.min(one, other));
  const high = scores.reduce((one, other) => Math.max(one, other));
  const note = `Scores from ${low.toFixed(2)} (clear) to ${high.toFixed(2)} (bright).`;
  const levels = scores.map((score) => Math.round((255 * (score - low)) / (high - low || 1)));
  const draw = () => drawHeat(levels, outputs, surface);
  return { name: `heat map: ${name}`, kind: "heat", note, draw };
}

/**
 * A cell of a map is a square of `strides` pixels of the image as the network saw it. The outermost
 * cells are drawn twice, because a canvas that is enlarged fades at its edges.
 */
function drawHeat(levels, { map_sizes, strides, scaled_sizes }, { context, heat }) {
  const [height, width] = map_sizes;
  const { canvas } = context;
  const colours = heat.map((colour) => pack(...colour));
  const framed = new OffscreenCanvas(width + 2, height + 2).getContext("2d");
  const limit = (cell, count) => Math.min(Math.max(cell - 1, 0), count - 1);
  paint(framed, (place) => {
    const row = limit(Math.floor(place / (width + 2)), height);
    return colours[levels[row * width + limit(place % (width + 2), width)]];
  });
  const across = (strides[1] * canvas.width) / scaled_sizes[1];
  const down = (strides[0] * canvas.height) / scaled_sizes[0];
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(framed.canvas, -across, -down, (width + 2) * across, (height + 2) * down);
}

/** The values of a PNG with one byte a pixel, in the canvas's size: the red of RGBA. */
async function readGrey({ b64 }, { width, height }) {
  const bytes = Uint8Array.from(atob(b64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.imageSmoothingEnabled = false; // A class between two others would be a third one.
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

/** Draws a box, given in pixels of the image, as `fcn predict --output` does. */
function drawBox([top, left, bottom, right], { number, name, share }, surface) {
  const { context, scale } = surface;
  const { width, height } = context.canvas;
  const colour = `rgb(${surface.palette[number].join()})`;
  const line = Math.max(width, height) / 200;
  const words = `${name} ${(100 * share).toFixed(0)} %`;
  const [x, y] = [left * scale, top * scale];
  context.clearRect(0, 0, width, height);
  context.lineWidth = Math.max(2, line);
  context.strokeStyle = colour;
  context.strokeRect(x, y, (right - left) * scale, (bottom - top) * scale);
  context.font = `${6 * line}px system-ui, sans-serif`;
  context.textBaseline = "top";
  context.fillStyle = colour;
  context.fillRect(x, y, context.measureText(words).width + 2 * line, 8 * line);
  context.fillStyle = "black";
  context.fillText(words, x + line, y + line);
}

/** Gives each pixel of a canvas the colour of its place, counted by rows. */
function paint(context, findColour) {
  const picture = context.createImageData(context.canvas.width, context.canvas.height);
  const pixels = new Uint32Array(picture.data.buffer);
  for (let place = 0; place < pixels.length; place += 1) pixels[place] = findColour(place);
  context.putImageData(picture, 0, 0);
}

/** Red, green, blue and opacity as ImageData stores them. */
function pack(...channels) {
  return new Uint32Array(new Uint8Array(channels).buffer)[0];
}
