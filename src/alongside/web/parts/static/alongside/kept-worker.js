// Opens what somebody keeps in this browser when there is no network (rule M5). It keeps one page that is the same
// for everybody, with its styles and script; the words of anyone lie encrypted beside it, and it cannot read them.
const NAME = "alongside-kept";
const PAGE = new URL(`./${self.location.search}`, self.location).href;

async function bring(isFirst) {
  const answer = await fetch(PAGE, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`The page answered ${answer.status}.`);
  const text = await answer.clone().text();
  const parts = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, part]) => part);
  if (!isFirst && !(await caches.has(NAME))) return; // forgotten meanwhile
  const cache = await caches.open(NAME);
  await cache.addAll([...new Set(parts)]);
  await cache.put(PAGE, answer);
}

self.addEventListener("install", (event) => event.waitUntil(bring(true).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const isPage = request.mode === "navigate";
  if (!isPage && !new URL(request.url).pathname.startsWith("/static/")) return;
  event.respondWith(fetch(request).catch(async (failure) => {
    const kept = await caches.match(isPage ? PAGE : request, { ignoreVary: true });
    if (kept) return kept;
    throw failure;
  }));
  if (isPage && request.url === PAGE) event.waitUntil(bring(false).catch(() => {}));
});
