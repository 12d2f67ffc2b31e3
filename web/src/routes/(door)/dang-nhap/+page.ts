import { api } from '$lib/api';
import type { About } from '$lib/api/types';

// The page does not wait for this: it only decides whether the demo's people are listed below.
export function load(): { about: Promise<About | null> } {
	return { about: api.about().catch(() => null) };
}
