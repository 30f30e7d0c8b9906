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
  if (outputs.score_maps) layers.push(...makeHeat(outputs, classes, surface));
  return layers;
}

async function makeMask(name, kind, png, colours, { context }) {
  const values = await readGrey(png, context.canvas);
  return { name, kind, draw: () => paint(context, (place) => colours[values[4 * place]]) };
}

/** What speaks for each class and against it: its score less the mean score of the classes. */
function makeHeat(outputs, classes, surface) {
  const [height, width] = outputs.map_sizes; // The maps of a batch are padded.
  const own = outputs.score_maps.slice(0, height).map((row) => row.slice(0, width));
  const average = (cell) => cell.reduce((sum, score) => sum + score, 0) / cell.length;
  const means = own.map((row) => row.map(average));
  return classes.map(({ number, name }) => {
    const weigh = (cell, x, y) => cell[number] - means[y][x];
    const evidence = own.map((row, y) => row.map((cell, x) => weigh(cell, x, y)));
    const limit = evidence.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    const note = `Orange speaks for ${name}, blue against it: by up to ${limit.toPrecision(2)}.`;
    const draw = () => drawHeat(evidence, limit, outputs, surface);
    return { name: `heat map: ${name}`, kind: "heat", note, draw };
  });
}

/** Linear between the places that positions are about; clear where the model saw nothing. */
function drawHeat(evidence, limit, outputs, { context, heat }) {
  const { width, height } = context.canvas;
  const colours = heat.map((colour) => pack(...colour));
  const rows = findPlaces(0, height, evidence.length, outputs);
  const columns = findPlaces(1, width, evidence[0].length, outputs);
  const mix = (one, other, part) => one + (other - one) * part;
  const zero = (colours.length - 1) / 2;
  paint(context, (number) => {
    const down = rows[Math.floor(number / width)];
    const across = columns[number % width];
    if (!down.seen || !across.seen) return colours[Math.round(zero)];
    const upper = mix(evidence[down.low][across.low], evidence[down.low][across.high], across.part);
    const lower = mix(evidence[down.high][across.low], evidence[down.high][across.high], across.part);
    return colours[Math.round(zero + (zero * mix(upper, lower, down.part)) / limit)];
  });
}

/** For each pixel of a side (axis 0: down, 1: across): the two positions that it lies between, how
 * near the second one is, and whether the model saw the pixel. */
function findPlaces(axis, pixels, positions, outputs) {
  const { origins, strides, scaled_sizes, sent_sizes, seen_boxes } = outputs;
  const edges = seen_boxes ?? [0, 0, ...sent_sizes];
  const scale = scaled_sizes[axis] / (edges[axis + 2] - edges[axis]);
  const origin = (origins ?? strides.map((stride) => stride / 2))[axis];
  return Array.from({ length: pixels }, (_, pixel) => {
    const centre = (((pixel + 0.5) * sent_sizes[axis]) / pixels - edges[axis]) * scale;
    const place = Math.min(Math.max((centre - origin) / strides[axis], 0), positions - 1);
    const low = Math.floor(place);
    const seen = centre > 0 && centre < scaled_sizes[axis];
    return { low, high: Math.min(low + 1, positions - 1), part: place - low, seen };
  });
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
