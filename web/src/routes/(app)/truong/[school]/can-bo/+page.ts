import { api } from '$lib/api';
import type { StaffRow } from '$lib/api/types';
import { asked, readStaff } from '$lib/staff/view';
import { guard } from '$lib/state/require';
import { ListState } from '$lib/ui/list.svelte';

export const load = async ({ params, url, depends }) => {
	depends('khue:staff-list');
	const view = readStaff(url.searchParams);
	const query = asked(view);
	const page = (cursor: string | null, limit: number) =>
		api.staffList(params.school, { ...query, cursor: cursor ?? undefined, limit });
	const first = await guard(page(null, 100), url);
	return { view, list: new ListState<StaffRow>({ key: (one) => one.id, page }, first) };
};
