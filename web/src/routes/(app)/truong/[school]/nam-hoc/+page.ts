import { api } from '$lib/api';
import { schoolYear, today } from '$lib/format';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:year');
	const asked = url.searchParams.get('nam') ?? '';
	const year = /^\d{4}-\d{4}$/.test(asked) ? asked : schoolYear(today());
	const [shown, steps] = await guard(
		Promise.all([api.schoolYear(params.school, year), api.rollOvers(params.school)]),
		url
	);
	return { shown, steps };
};
