import { prefs } from '$lib/state/prefs.svelte';
import { fontsReady } from '$lib/styles/fonts';

// A single-page client: the server sends one page for every path.
export const ssr = false;
export const prerender = false;

export async function load() {
	await Promise.all([prefs.start(), fontsReady()]);
}
