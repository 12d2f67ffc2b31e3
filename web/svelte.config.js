import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		// One page, every path: the server answers any unknown path with build/index.html.
		adapter: adapter({ fallback: 'index.html', precompress: true, strict: false }),
		// The hash of Kit's own start script goes into a meta tag, where the server also finds it
		// for its Content-Security-Policy header. Nothing else is inline.
		csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
		output: { preloadStrategy: 'modulepreload' },
		// Registered by lib/pwa/worker.svelte.ts, once the first screen is there.
		serviceWorker: { register: false },
		// Its name is the moment of the build, unless it is given: a page and a worker tell by it which of them is newer.
		version: { pollInterval: 0 }
	}
};
