import { api } from '$lib/api';
import type { PupilRow } from '$lib/api/types';
import { asked, readPupils } from '$lib/pupils/view';
import { guard } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

export const load = async ({ params, url, depends }) => {
	depends('khue:pupils');
	const view = readPupils(url.searchParams);
	const query = asked(view);
	const page = (cursor: string | null, limit: number) =>
		api.pupils(params.school, { ...query, cursor: cursor ?? undefined, limit });
	const first = await guard(page(null, 40), url);
	return { view, list: new ListState<PupilRow>({ key: (pupil) => pupil.id, page }, first) };
};
