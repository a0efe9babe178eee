// Lets the mentor's page open without a connection. It keeps the page's own files and nothing else: no answer of the API
// ever passes through here. With a connection they come from the service, so that a newer page is never held back.
const CACHE = 'alongside-mentor';
const FILES = ['mentor', 'offer.css', 'mentor.css', 'loaded.js', 'mentor.js', 'mentor-break.js', 'mentor-locked.js',
  'mentor-meetings.js', 'mentor-offers.js', 'mentor-people.js', 'mentor-people-words.js', 'mentor-session.js',
  'mentor-views.js', 'mentor-waiting.js', 'mentor-words.js', 'offer-wish.js', 'offer-words.js'];
const NETWORK_MS = 4000;
const paths = new Set(FILES.map((name) => new URL(name, location).pathname));

// A connection that does not answer is given up soon. One that has answered may take its time: what is given up halfway
// would be lost to the page, as it is too late then for what is kept.
async function fetched(request) {
  const abort = new AbortController();
  const late = setTimeout(() => abort.abort(), NETWORK_MS);
  const response = await fetch(request, { signal: abort.signal }).finally(() => clearTimeout(late));
  if (response.ok) (await caches.open(CACHE)).put(new URL(request.url).pathname, response.clone());
  return response;
}

async function answer(request) {
  try {
    return await fetched(request);
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(new URL(request.url).pathname);
    if (kept) return kept;
    throw error;
  }
}

addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => skipWaiting()));
});
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== location.origin || !paths.has(url.pathname)) return;
  event.respondWith(answer(event.request));
});
