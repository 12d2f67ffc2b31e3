import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:pupil');
	return { pupil: await guard(api.pupil(params.school, params.pupil), url) };
};
