// Opens the page where there is no signal. Written by hand; the build fills in version and files.
// Only the shell is held here, never an answer of the API: people's work lies in IndexedDB, bound to their account.
const VERSION = "__VERSION__";
const FILES = __FILES__;
const SHELL = "/pocket/";
const CACHE = `anlan-pocket-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      // All or none: half a page would be worse than yesterday's page.
      .then((cache) => cache.addAll([SHELL, ...FILES].map((url) => new Request(url, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith("anlan-pocket-") && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === SHELL) {
    event.respondWith(caches.match(SHELL, { cacheName: CACHE }).then((held) => held || fetch(request)));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname, { cacheName: CACHE }).then((held) => held || fetch(request)));
  }
});
