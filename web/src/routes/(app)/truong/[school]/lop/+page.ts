import { api } from '$lib/api';
import { readClasses } from '$lib/classes/view';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:classes');
	const view = readClasses(url.searchParams);
	const query = { year: view.year || undefined, as_of: view.asOf || undefined };
	return { view, classes: await guard(api.classes(params.school, query), url) };
};
