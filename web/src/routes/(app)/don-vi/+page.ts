import { api } from '$lib/api';
import { guard, requireMe } from '$lib/state/require';
import { edgeBelow } from '$lib/units/names';
import { unitTree } from '$lib/units/tree';
import { readView, serverSort } from '$lib/units/view';

export const load = async ({ url }) => {
	const view = readView(url.searchParams);
	const plainTree = view.view === 'cay' && !view.q && view.kinds.length === 0 && !view.parent;
	if (plainTree) {
		const me = await requireMe(url);
		return { view, tree: await guard(unitTree(me, view.asOf), url), list: null, query: {}, parent: null };
	}
	const parent = view.parent ? await guard(api.unit(view.parent, view.asOf || undefined), url) : null;
	const query = {
		q: view.q,
		kind: view.kinds.join(','),
		parent: view.parent,
		edge: parent ? edgeBelow(parent.kind) : undefined,
		as_of: view.asOf,
		sort: serverSort(view.sort),
		limit: 40
	};
	return { view, tree: null, list: await guard(api.units(query), url), query, parent };
};
