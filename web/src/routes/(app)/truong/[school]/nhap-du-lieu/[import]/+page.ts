import { api } from '$lib/api';
import { ImportState, rowsOf } from '$lib/imports/state.svelte';
import { readView } from '$lib/imports/view';
import { guard } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

export const load = async ({ params, url }) => {
	const view = readView(url.searchParams);
	const source = rowsOf(params.school, params.import, view);
	const [found, first] = await guard(
		Promise.all([api.importOf(params.school, params.import), source.page(null, 40)]),
		url
	);
	const list = new ListState(source, first);
	return { view, work: new ImportState(params.school, found, list) };
};
