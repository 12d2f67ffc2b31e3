import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Timetable } from '$lib/api/types';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:timetable');
	const asked = url.searchParams.get('ngay') ?? '';
	const asOf = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : '';
	// A day without a timetable is no fault of the address.
	const table = api.timetable(params.school, { as_of: asOf || undefined }).catch((cause: unknown) => {
		if (cause instanceof Problem && cause.code === 'timetable.not_found') return null;
		throw cause;
	});
	return { asOf, table: await guard<Timetable | null>(table, url) };
};
