// Compiles the library and what it needs with the Python that will read it, and packs them: see js/worker.js.
// node pack.mjs FOLDER: reads FOLDER/node_modules/pyodide, FOLDER/core and FOLDER/papers; writes FOLDER/packed.
import { pathToFileURL } from "node:url";
import fs from "node:fs";
import path from "node:path";

const folder = path.resolve(process.argv[2]);
const pyodide = path.join(folder, "node_modules/pyodide/");
const { loadPyodide } = await import(pathToFileURL(path.join(pyodide, "pyodide.mjs")).href);
const python = await loadPyodide({ indexURL: pyodide });
python.FS.mkdirTree("/work");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/work");
python.runPython(fs.readFileSync(new URL("pack.py", import.meta.url), "utf8"));
