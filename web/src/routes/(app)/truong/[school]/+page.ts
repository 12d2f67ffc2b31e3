import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import { guard } from '$lib/state/require';

/** Technical roles open the school and see no pupils of it: that is no fault. */
async function overview(school: string, asOf?: string) {
	try {
		return await api.schoolOverview(school, asOf);
	} catch (cause) {
		if (cause instanceof Problem && cause.code === 'auth.forbidden') return null;
		throw cause;
	}
}

export const load = async ({ params, url, depends }) => {
	depends('khue:overview');
	const asked = url.searchParams.get('ngay') ?? '';
	const asOf = /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : '';
	return { asOf, overview: await guard(overview(params.school, asOf || undefined), url) };
};
