import { api } from '$lib/api';
import type { Duplicate } from '$lib/api/types';
import { guard } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

const states = { 'da-gop': 'same', 'hai-nguoi': 'different' } as const;

export const load = async ({ params, url }) => {
	const asked = url.searchParams.get('xem') ?? '';
	const seen = asked in states ? (asked as keyof typeof states) : '';
	const state = seen ? states[seen] : 'open';
	const page = (cursor: string | null, limit: number) =>
		api.duplicates(params.school, { state, cursor: cursor ?? undefined, limit });
	const first = await guard(page(null, 40), url);
	const list = new ListState<Duplicate>({ key: (pair) => pair.id, page }, first);
	return { seen, list };
};
