import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:exports');
	const waiting = url.searchParams.get('xem') === 'cho';
	return { waiting, first: await guard(api.exports(params.school, { waiting }), url) };
};
