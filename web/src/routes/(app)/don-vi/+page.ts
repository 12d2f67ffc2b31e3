import { api } from '$lib/api';
import type { UnitRow } from '$lib/api/types';
import { guard, requireMe } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';
import { edgeBelow } from '$lib/units/names';
import { unitTree } from '$lib/units/tree';
import { hasOwn, readView, serverSort } from '$lib/units/view';

export const load = async ({ url }) => {
	const view = readView(url.searchParams);
	const plainTree = view.view === 'cay' && !view.q && view.kinds.length === 0 && !view.parent;
	const me = await requireMe(url);
	// Whose own is everything, or nothing, is not asked which of the two; nor is what lies below one unit divided.
	const choice = hasOwn(me.grants) && !view.parent;
	const mine = choice && !view.whole;
	if (plainTree) {
		const tree = await guard(unitTree(me, view.asOf, !mine), url);
		return { view, choice, mine, tree, list: null, query: {}, parent: null };
	}
	const parent = view.parent ? await guard(api.unit(view.parent, view.asOf || undefined), url) : null;
	const query = {
		q: view.q || undefined,
		parent: view.parent || undefined,
		edge: parent ? edgeBelow(parent.kind) : undefined,
		as_of: view.asOf || undefined,
		mine: mine || undefined,
		// On a day that was chosen, what stood then is there; today what has ended is found by its name.
		ended: view.q && !view.asOf ? ('also' as const) : undefined,
		// A search is sorted by how well each answers, until somebody sorts it otherwise.
		sort: view.q && view.sort === 'ten' ? undefined : serverSort(view.sort)
	};
	const kind = view.kinds.join(',') || undefined;
	const page = (cursor: string | null, limit: number) =>
		api.units({ ...query, kind, cursor: cursor ?? undefined, limit });
	const first = await guard(page(null, 40), url);
	const list = new ListState<UnitRow>({ key: (unit) => unit.id, page }, first);
	return { view, choice, mine, tree: null, list, query, parent };
};
