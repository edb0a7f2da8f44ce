// Keeps the page for times without a network. VERSION and FILES are written before this when the page is built.
const kept = `taper-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("taper-") && name !== kept).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin !== self.location.origin) {
    event.respondWith(Response.error());
    return;
  }
  event.respondWith(caches.match(event.request, { ignoreSearch: true }).then((answer) => answer ?? fetch(event.request)));
});
