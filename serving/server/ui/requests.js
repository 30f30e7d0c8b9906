// Requests to the server of the page, which is TF Serving's REST interface too.

const NO_ANSWER = "The server does not answer. Start it again with `fcn serve --ui`.";

/** A model's outputs by name about one image, from the signature. */
export async function predict(path, signature, base64, signal) {
  const inputs = { image_bytes: [{ b64: base64 }] };
  const body = JSON.stringify({ signature_name: signature, inputs });
  const headers = { "Content-Type": "application/json" };
  const { outputs } = await readJson(`${path}:predict`, { method: "POST", headers, body, signal });
  return Object.fromEntries(Object.entries(outputs).map(([name, rows]) => [name, rows[0]]));
}

export async function readJson(path, options) {
  return (await send(path, options)).json();
}

/** The server's answer. Throws its error. */
export async function send(path, options) {
  const answer = await fetch(path, options).catch((error) => {
    throw error.name === "AbortError" ? error : new Error(NO_ANSWER);
  });
  if (answer.ok) return answer;
  const text = await answer.text();
  let reason = `HTTP ${answer.status} ${answer.statusText}`;
  try {
    reason = JSON.parse(text).error ?? reason;
  } catch {} // A proxy's page.
  throw new Error(reason);
}

/** A file's bytes in base64. */
export async function encode(blob) {
  const reader = new FileReader();
  const end = new Promise((resolve) => reader.addEventListener("loadend", resolve));
  reader.readAsDataURL(blob);
  await end;
  return reader.result.slice(reader.result.indexOf(",") + 1);
}
