// The library in Pyodide. It gets a question at a time and answers it; all that is known of plans is in Python.
import { loadPyodide } from "../pyodide/pyodide.mjs";

const base = new URL("../", import.meta.url);
const site = "/lib/python3.14/site-packages/";
const say = (stage) => postMessage({ stage });
let python, session;

async function pack(name) {
  const answer = await fetch(new URL(`packs/${name}.pack.gz`, base));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const plain = answer.body.pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(plain).arrayBuffer());
}

// A pack is the length of its list in four bytes, the list as JSON, [[path, size], ...], and the files end to end.
function unpack(bytes) {
  const size = new DataView(bytes.buffer).getUint32(0);
  const list = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  let at = 4 + size;
  const made = new Set();
  for (const [path, length] of list) {
    const folder = site + path.slice(0, path.lastIndexOf("/") + 1);
    if (!made.has(folder)) { python.FS.mkdirTree(folder); made.add(folder); }
    python.FS.writeFile(site + path, bytes.subarray(at, at + length));
    at += length;
  }
  python.runPython("import importlib; importlib.invalidate_caches()");
}

async function start() {
  say("python");
  const core = pack("core");
  python = await loadPyodide({ indexURL: new URL("pyodide/", base).href, stdLibURL: new URL("pyodide/stdlib.zip", base).href });
  say("library");
  unpack(await core);
  session = python.runPython("from taper_page.session import Session; Session()");
  say("ready");
}

const started = start();
started.catch((error) => postMessage({ failed: String(error.message ?? error) }));
let papers;

onmessage = async ({ data: { id, name, given } }) => {
  if (!await started.then(() => true, () => false)) return;
  try {
    if (name === "file" || name === "ready") await (papers ??= pack("papers").then(unpack));
    if (name !== "ready") postMessage({ id, answer: JSON.parse(session.call(name, JSON.stringify(given))) });
  } catch (error) {
    postMessage({ id, answer: { refused: String(error.message ?? error).trim().split("\n").pop(), field: null } });
  }
};
