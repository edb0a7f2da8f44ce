// Expands calendars with node-ical, which resolves a zone by its name in the data of Node.js.
import { readFileSync, writeFileSync } from "node:fs";
import ical from "node-ical";

const [expectedPath, folder, out] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(expectedPath, "utf8"));
const version = JSON.parse(readFileSync(new URL("node_modules/node-ical/package.json", import.meta.url))).version;
const result = { reader: `node-ical ${version}`, zones: {} };
const span = { from: new Date("2024-12-01T00:00:00Z"), to: new Date("2026-12-01T00:00:00Z") };

for (const [zone, { file }] of Object.entries(expected.zones)) {
  const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const events = ical.sync.parseFile(`${folder}/${file}`);
  result.title = events.vcalendar["WR-CALNAME"];
  const doses = (result.zones[zone] = []);
  for (const event of Object.values(events)) {
    if (event.type !== "VEVENT" || event.status === "CANCELLED") continue;
    for (const { start, summary } of ical.expandRecurringEvent(event, span)) {
      const local = wall.format(start).replace(" ", "T");
      doses.push([local, start.toISOString().slice(0, 16), String(summary).split(":")[0]]);
    }
  }
}
writeFileSync(out, JSON.stringify(result));
