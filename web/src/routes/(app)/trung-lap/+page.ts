import { api } from '$lib/api';
import type { DuplicateAcross } from '$lib/api/types';
import { officesOf } from '$lib/duplicates/offices';
import { guard, requireMe } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

export const load = async ({ url }) => {
	const me = await requireMe(url);
	const offices = officesOf(me);
	const asked = url.searchParams.get('don-vi');
	const office = offices.find(({ id }) => id === asked) ?? offices[0] ?? null;
	if (!office) return { offices, office: null, list: null };
	const page = (cursor: string | null, limit: number) =>
		api.duplicatesAcross(office.id, { cursor: cursor ?? undefined, limit });
	const first = await guard(page(null, 40), url);
	return { offices, office, list: new ListState<DuplicateAcross>({ key: (pair) => pair.id, page }, first) };
};
