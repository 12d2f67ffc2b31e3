import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import { today } from '$lib/format';
import { guard } from '$lib/state/require';

export const load = async ({ params, url }) => {
	const asked = url.searchParams.get('ngay') ?? '';
	const on = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : today();
	// The first one of a school begins empty.
	const table = await guard(
		api.timetable(params.school, { as_of: on }).catch((cause: unknown) => {
			if (cause instanceof Problem && cause.code === 'timetable.not_found') return null;
			throw cause;
		}),
		url
	);
	const from = table?.valid_from ?? on;
	return { table, from, ground: await guard(api.timetableGround(params.school, from), url) };
};
