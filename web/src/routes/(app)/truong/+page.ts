import { api } from '$lib/api';
import type { UnitRow } from '$lib/api/types';
import { isPlace } from '$lib/school/places';
import { guard } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

/** For those who watch many schools: which of them? */
export const load = async ({ url }) => {
	const q = url.searchParams.get('q') ?? '';
	const to = url.searchParams.get('den') ?? '';
	const page = (cursor: string | null, limit: number) =>
		api.units({
			kind: 'school',
			mine: true,
			q: q || undefined,
			sort: q ? undefined : 'name',
			cursor: cursor ?? undefined,
			limit
		});
	const first = await guard(page(null, 40), url);
	return {
		q,
		to: isPlace(to) ? to : null,
		list: new ListState<UnitRow>({ key: (unit) => unit.id, page }, first)
	};
};
