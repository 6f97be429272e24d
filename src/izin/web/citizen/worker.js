// Shows a page of its own where there is no network. It keeps nothing of anybody's.
const OFFLINE = "/offline";
const KEPT = [OFFLINE, ...FILES];
const NAME = `izin ${FILES.join(" ")}`;

self.addEventListener("install", event => {
  const fetched = KEPT.map(path => new Request(path, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then(cache => cache.addAll(fetched)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", event => {
  const old = names => Promise.all(names.filter(each => each !== NAME).map(each => caches.delete(each)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener("fetch", event => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(OFFLINE)));
  } else if (path !== OFFLINE && KEPT.includes(path)) {
    event.respondWith(caches.match(path).then(found => found || fetch(event.request)));
  }
});
