// Expands calendars with ical.js, by nothing but the zone that each file carries.
import { readFileSync, writeFileSync } from "node:fs";
import ICAL from "ical.js";

const [expectedPath, folder, out] = process.argv.slice(2);
const expected = JSON.parse(readFileSync(expectedPath, "utf8"));
const version = JSON.parse(readFileSync(new URL("node_modules/ical.js/package.json", import.meta.url))).version;
const result = { reader: `ical.js ${version}`, zones: {} };
const minutes = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 16);

for (const [zone, { file }] of Object.entries(expected.zones)) {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(`${folder}/${file}`, "utf8")));
  // ical.js hands on what it does not know, such as NAME, as it stands in the file.
  result.title = calendar.getFirstPropertyValue("name").replace(/\\(.)/g, "$1");
  ICAL.TimezoneService.reset();
  for (const part of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(part);
  const doses = (result.zones[zone] = []);
  for (const part of calendar.getAllSubcomponents("vevent")) {
    if (part.getFirstPropertyValue("status") === "CANCELLED") continue;
    const event = new ICAL.Event(part);
    const iterator = event.iterator();
    for (let at = iterator.next(); at; at = iterator.next()) {
      const start = event.getOccurrenceDetails(at).startDate;
      doses.push([start.toString().slice(0, 16), minutes(start.toUnixTime()), event.summary.split(":")[0]]);
    }
  }
}
writeFileSync(out, JSON.stringify(result));
