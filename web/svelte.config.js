import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/**
 * What the sign-in page is made of is fetched with the start, not after it: a whole round trip less on the first visit.
 * The names of built files are known only here.
 * @param {import('@sveltejs/kit').Adapter} inner
 * @returns {import('@sveltejs/kit').Adapter}
 */
const preloadingTheDoor = (inner) => ({
	...inner,
	async adapt(builder) {
		const nodes = '.svelte-kit/generated/client-optimized/nodes/';
		const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));
		const files = readdirSync(nodes)
			.filter((name) =>
				/routes\/(\+error|\(door\)\/(\+layout|dang-nhap\/))/.test(readFileSync(nodes + name, 'utf8'))
			)
			.map((name) => manifest[nodes + name].file);
		if (files.length !== 3) throw new Error(`of the sign-in page three parts were expected: ${files}`);
		const links = files.map((file) => `<link rel="modulepreload" href="/${file}" />`).join('\n\t\t');
		const generateFallback = builder.generateFallback.bind(builder);
		builder.generateFallback = async (destination) => {
			await generateFallback(destination);
			const page = readFileSync(destination, 'utf8');
			writeFileSync(destination, page.replace('</head>', `\t${links}\n\t</head>`));
		};
		await inner.adapt(builder);
	}
});

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	compilerOptions: { runes: true },
	kit: {
		// One page, every path: the server answers any unknown path with build/index.html.
		adapter: preloadingTheDoor(adapter({ fallback: 'index.html', precompress: true, strict: false })),
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
