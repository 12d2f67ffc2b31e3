import { api } from '$lib/api';
import { schoolYear, today } from '$lib/format';
import { guard } from '$lib/state/require';
import { leftYear } from '$lib/years/left';

export const load = async ({ params, url }) => {
	const asked = url.searchParams.get('tu') ?? '';
	const classes = async (year: string) => (await guard(api.classes(params.school, { year }), url)).items;
	if (/^\d{4}-\d{4}$/.test(asked)) return { from: asked, classes: await classes(asked) };
	const now = schoolYear(today());
	const before = `${Number(now.slice(0, 4)) - 1}-${now.slice(0, 4)}`;
	const [these, those] = await Promise.all([classes(now), classes(before)]);
	const from = leftYear(today(), these, those);
	// The classes of the year that is left, for their names.
	return from === 'before' ? { from: before, classes: those } : { from: now, classes: these };
};
