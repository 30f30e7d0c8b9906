// What may be drawn over an image: masks, doubt, boxes and heat maps, from a model's outputs.
//
// A layer has a name, a kind and draw(). A surface has the canvas's context, its scale (pixels of
// the canvas for one of the image) and the colours that the server gave: palette and heat.

/** The layers of the outputs of a signature. */
export async function makeLayers(outputs, classes, surface) {
  const layers = [];
  if (outputs.mask_bytes) {
    const colours = surface.palette.map((colour) => pack(...colour, 255));
    layers.push(await makeMask("classes", "mask", outputs.mask_bytes, colours, surface));
  }
  if (outputs.confidence_bytes) {
    const greys = surface.palette.map((_, confidence) => pack(0, 0, 0, 255 - confidence));
    layers.push(await makeMask("doubt (dark)", "doubt", outputs.confidence_bytes, greys, surface));
  }
  if (outputs.boxes) {
    const draw = () => drawBox(outputs.boxes, classes[0], surface);
    layers.push({ name: "box", kind: "box", draw });
  }
  if (outputs.score_maps) {
    for (const { number, name } of classes) {
      const draw = () => drawHeat(outputs, number, surface);
      layers.push({ name: `heat map of ${name}`, kind: "heat", draw });
    }
  }
  return layers;
}

async function makeMask(name, kind, png, colours, { context }) {
  const values = await readGrey(png, context.canvas);
  return { name, kind, draw: () => paint(context, (place) => colours[values[4 * place]]) };
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

/** The scores of one class: a model answers about cells of `strides` pixels at its own scale. */
function drawHeat({ score_maps, map_sizes, strides, scaled_sizes }, number, { context, heat }) {
  const [height, width] = map_sizes;
  const rows = score_maps.slice(0, height).map((row) => row.slice(0, width));
  const scores = rows.flat().map((cell) => cell[number]);
  const low = scores.reduce((one, other) => Math.min(one, other));
  const high = scores.reduce((one, other) => Math.max(one, other));
  const colours = heat.map((colour) => pack(...colour));
  const small = new OffscreenCanvas(width, height).getContext("2d");
  paint(small, (place) => colours[Math.round((255 * (scores[place] - low)) / (high - low || 1))]);
  const { canvas } = context;
  const across = (width * strides[1] * canvas.width) / scaled_sizes[1];
  const down = (height * strides[0] * canvas.height) / scaled_sizes[0];
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(small.canvas, 0, 0, across, down);
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
  context.lineWidth = Math.max(1, line);
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
