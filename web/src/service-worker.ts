/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
// Keeps the client on the device, build by build, so that it starts without a network. It never touches the API: what
// a person may see is asked for each time, and nothing of it is kept here.
import { build, files, version } from '$service-worker';

const worker = globalThis.self as unknown as ServiceWorkerGlobalScope;
const prefix = 'khue-';
const mine = prefix + version;
const page = '/';
/** Who has a network waits this long for the newest page, and then takes the one that is here. */
const patience = 2500;
/** Pictures the browser asks for when it installs, and nobody else. */
const kept = new Set([...build, ...files.filter((path) => !path.endsWith('.png'))]);

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(begin()));

async function keep() {
	const cache = await caches.open(mine);
	const shell = await fetch(page, { cache: 'no-cache' });
	if (!shell.ok) throw new Error(`the page: ${shell.status}`);
	// A server that was renewed this very moment: the page is of another build than this worker. The next look finds both.
	const text = await shell.clone().text();
	const parts = text.match(/\/_app\/immutable\/[\w./-]+/g) ?? [];
	if (parts.length === 0 || !parts.every((path) => kept.has(path)))
		throw new Error('the page is of another build');
	await Promise.all(
		[...kept].map(async (path) => {
			// The name of a built file is the digest of what is in it: an older build's copy is the same.
			const older = path.includes('/immutable/') ? await caches.match(path, { ignoreVary: true }) : undefined;
			if (older) await cache.put(path, older);
			else await cache.add(path);
		})
	);
	await cache.put(page, shell);
}

/** The build before this one stays: a tab that still shows it may yet fetch its parts. Older ones go. */
async function begin() {
	const ours = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== mine);
	await Promise.all(ours.slice(0, -1).map((name) => caches.delete(name)));
	await worker.registration.navigationPreload?.enable();
	await worker.clients.claim();
}

worker.addEventListener('message', (event) => {
	if (event.data === 'activate') worker.skipWaiting();
	if (event.data === 'version') event.ports[0]?.postMessage(version);
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const url = new URL(request.url);
	if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
	if (request.mode === 'navigate') {
		if (!url.pathname.startsWith('/api/')) event.respondWith(navigate(event));
		return;
	}
	if (url.pathname.startsWith('/_app/immutable/') || kept.has(url.pathname)) event.respondWith(part(request));
});

async function part(request: Request): Promise<Response> {
	return (await caches.match(request, { ignoreVary: true, ignoreSearch: true })) ?? fetch(request);
}

/** The newest page when the server answers in time, the kept one otherwise. */
async function navigate(event: FetchEvent): Promise<Response> {
	const cache = await caches.open(mine);
	const here = await cache.match(page, { ignoreVary: true });
	const asked = (async () => (await event.preloadResponse) ?? (await fetch(event.request)))();
	if (!here) return asked;
	const late = new Promise<Response>((done) => setTimeout(() => done(here), patience));
	const fresh = asked.then(
		// A gateway that answers for a server that is away.
		(response: Response) => (response.status >= 502 ? here : response),
		() => here
	);
	event.waitUntil(fresh);
	return Promise.race([fresh, late]);
}
