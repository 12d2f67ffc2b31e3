import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Timetable } from '$lib/api/types';
import { schoolYear, today } from '$lib/format';
import { guard } from '$lib/state/require';

export const load = async ({ params, url }) => {
	const asked = url.searchParams.get('ngay') ?? '';
	const day = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : today();
	const stands = api.timetable(params.school, { as_of: day }).catch((cause: unknown): Timetable | null => {
		if (cause instanceof Problem && cause.code === 'timetable.not_found') return null;
		throw cause;
	});
	const year = schoolYear(day);
	const [table, teaching, calendar] = await guard(
		Promise.all([
			stands,
			api.teaching(params.school, { year, as_of: day }),
			api.schoolYear(params.school, year)
		]),
		url
	);
	return { day, year, table, teaching, calendar };
};
