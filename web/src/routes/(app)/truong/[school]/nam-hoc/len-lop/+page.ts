import { api } from '$lib/api';
import { schoolYear, today } from '$lib/format';
import { guard } from '$lib/state/require';

export const load = async ({ params, url }) => {
	const asked = url.searchParams.get('tu') ?? '';
	const from = /^\d{4}-\d{4}$/.test(asked) ? asked : schoolYear(today());
	// The classes of the year that is left, for their names.
	const { items } = await guard(api.classes(params.school, { year: from }), url);
	return { from, classes: items };
};
