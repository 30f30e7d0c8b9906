// Asks a model through TF Serving's REST interface, and draws its answer over the image.

import { makeLayers } from "./layers.js";
import { encode, predict, readJson, send } from "./requests.js";

const LARGEST_SIDE = 4096; // Of a canvas, in pixels: larger images are drawn smaller.
const HINT = "The answer appears here.";

const find = (id) => document.getElementById(id);
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

const opacities = { doubt: 0.8, box: 1 }; // By kind of layer; the server gives the others.
let settings; // From the server: models, colours, how they are drawn, and how large a file may be.
let image = null; // The one that is shown: its bitmap, and its bytes in base64.
let surface; // What layers draw on: see layers.js.
let shown = []; // The layers to choose from.
let listed = ""; // The model whose versions are offered.
let running = new AbortController();

start();

async function start() {
  try {
    settings = await readJson("settings");
    Object.assign(opacities, settings.opacities);
    fill(find("model"), settings.models.map((name) => [name, name]));
    listen();
    find("choose").disabled = false;
    run(ask);
  } catch (error) {
    complain(error);
  }
}

function listen() {
  find("choose").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", (event) => {
    const [file] = event.target.files;
    event.target.value = ""; // The same file may be chosen again.
    if (file) run(open, file);
  });
  document.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) run(open, file);
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dragging");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dragging");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dragging");
    run(open, event.dataTransfer.files[0]);
  });
  find("model").addEventListener("change", () => run(ask));
  find("version").addEventListener("change", () => run(ask));
  find("layer").addEventListener("change", drawLayer);
  find("opacity").addEventListener("input", (event) => {
    const opacity = event.target.value / 100;
    opacities[shown[find("layer").value].kind] = opacity;
    find("overlay").style.opacity = opacity;
  });
}

/** Runs one task at a time: a new one ends the one before. */
async function run(task, ...values) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  complain();
  find("answer").setAttribute("aria-busy", "true");
  try {
    await task(signal, ...values);
  } catch (error) {
    if (signal.aborted) return;
    if (find("classes").hidden) say("");
    complain(error);
  }
  if (!signal.aborted) find("answer").setAttribute("aria-busy", "false");
}

async function listVersions(signal, name) {
  listed = "";
  fill(find("version"), [["", "none"]]);
  const status = await readJson(`v1/models/${encodeURIComponent(name)}`, { signal });
  const versions = status.model_version_status.filter(({ state }) => state === "AVAILABLE");
  if (!versions.length) throw new Error(`No version of ${name} answers: see the server's output.`);
  const numbers = versions.map(({ version }) => [version, version]);
  fill(find("version"), [["", `newest (${versions[0].version})`], ...numbers]);
  listed = name;
}

async function open(signal, file) {
  clearAnswer();
  image = null;
  find("figure").hidden = true;
  find("invitation").hidden = false;
  if (!file) throw new Error("That is not a file: save the image, then drop the file.");
  if (file.size > settings.most_bytes) {
    const most = settings.most_bytes / 2 ** 20;
    throw new Error(`${file.name} is too large: more than ${most} MiB.`);
  }
  say(`Reading ${file.name} …`);
  // The server turns and converts the file as `fcn predict` does, so models get the same bytes.
  const upright = await (await send("upright", { method: "POST", body: file, signal })).blob();
  const [bitmap, base64] = [await createImageBitmap(upright), await encode(upright)];
  signal.throwIfAborted();
  image = { bitmap, base64 };
  showPhoto(file.name);
  await ask(signal);
}

function showPhoto(name) {
  const { width, height } = image.bitmap;
  const scale = Math.min(1, LARGEST_SIDE / Math.max(width, height));
  const [photo, overlay] = [find("photo"), find("overlay")];
  photo.width = overlay.width = Math.max(1, Math.round(width * scale));
  photo.height = overlay.height = Math.max(1, Math.round(height * scale));
  photo.getContext("2d").drawImage(image.bitmap, 0, 0, photo.width, photo.height);
  photo.ariaLabel = name;
  surface = { ...settings, context: overlay.getContext("2d"), scale };
  find("caption").textContent = `${name}, ${width} × ${height} pixels`;
  find("figure").hidden = false;
  find("invitation").hidden = true;
}

async function ask(signal) {
  clearAnswer();
  const name = find("model").value;
  if (!name) throw new Error("The server has no models: train one with `fcn run`.");
  if (listed !== name) await listVersions(signal, name);
  if (!image) return;
  const version = find("version").value;
  const path = `v1/models/${encodeURIComponent(name)}${version && `/versions/${version}`}`;
  say(`Asking ${name} …`);
  const begin = performance.now();
  const answer = await predict(path, "serving_default", image.base64, signal);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const classes = readClasses(answer);
  const layers = await makeLayers(answer, classes, surface);
  signal.throwIfAborted();
  showLayers(layers);
  showClasses(classes, "mask_bytes" in answer);
  say(...summarize(answer, classes, `${name} answered in ${seconds} s.`));
  const { metadata } = await readJson(`${path}/metadata`, { signal });
  if ("heat_maps" in metadata.signature_def.signature_def) {
    const maps = await predict(path, "heat_maps", image.base64, signal);
    showLayers([...layers, ...(await makeLayers(maps, classes, surface))]);
  }
}

/** Number, name and share of each class, the greatest share first. */
function readClasses(answer) {
  const shares = answer.class_fractions ?? answer.probabilities;
  if (!shares) throw new Error("This model's answer has neither probabilities nor a mask.");
  const name = (number) => answer.labels?.[number] ?? String(number);
  const classes = shares.map((share, number) => ({ number, name: name(number), share }));
  return classes.sort((one, other) => other.share - one.share);
}

/** The answer in one line, and what to add to it. */
function summarize(answer, classes, time) {
  const texts = classes.map(({ name, share }) => `${name} ${percent(share)}`);
  if ("mask_bytes" in answer) return [texts.slice(0, 3).join(", "), time];
  if (!answer.unknown) return [texts[0], time];
  return ["unknown", `Most likely ${texts[0]}, which is too little for a label. ${time}`];
}

function showClasses(classes, isMask) {
  find("share").textContent = isMask ? "Pixels" : "Probability";
  const rows = classes.map(({ number, name, share }) => {
    const row = document.createElement("tr");
    const [head, cell] = [document.createElement("th"), document.createElement("td")];
    head.scope = "row";
    if (isMask) head.append(makeSwatch(settings.palette[number]));
    head.append(name);
    cell.textContent = percent(share);
    cell.style.setProperty("--share", share);
    row.append(head, cell);
    return row;
  });
  find("rows").replaceChildren(...rows);
  find("classes").hidden = false;
}

function makeSwatch(colour) {
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  swatch.style.backgroundColor = `rgb(${colour.join()})`;
  return swatch;
}

/** Offers layers, and draws the first one. */
function showLayers(layers) {
  shown = layers;
  fill(find("layer"), layers.map(({ name }, place) => [place, name]));
  find("overlays").hidden = !layers.length;
  drawLayer();
}

function drawLayer() {
  const overlay = find("overlay");
  const layer = shown[find("layer").value];
  // A photograph in grey is not taken for the colours of a heat map.
  const faded = layer?.kind === "heat" ? `grayscale(1) contrast(${settings.contrast})` : "";
  find("photo").style.filter = faded;
  overlay.hidden = !layer;
  if (!layer) return;
  layer.draw();
  overlay.ariaLabel = `Overlay: ${layer.name}`;
  find("meaning").textContent = layer.note ?? "";
  overlay.style.opacity = opacities[layer.kind];
  find("opacity").value = 100 * opacities[layer.kind];
}

function clearAnswer() {
  say("");
  showLayers([]);
  find("classes").hidden = true;
}

function say(headline, note = headline ? "" : HINT) {
  find("headline").textContent = headline;
  find("note").textContent = note;
}

/** Shows an error, or hides the last one. */
function complain(error) {
  find("error").hidden = !error;
  find("error").textContent = error?.message ?? "";
}

function fill(select, pairs) {
  select.replaceChildren(...pairs.map(([value, text]) => new Option(text, value)));
}
