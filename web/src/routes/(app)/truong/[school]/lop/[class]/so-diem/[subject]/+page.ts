import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:gradebook');
	const asked = Number(url.searchParams.get('ki') ?? '');
	let semester = asked === 1 || asked === 2 ? asked : 0;
	if (!semester) semester = (await guard(api.gradebooks(params.school, params.class), url)).semester;
	return {
		semester,
		book: await guard(api.gradebook(params.school, params.class, params.subject, semester), url)
	};
};
