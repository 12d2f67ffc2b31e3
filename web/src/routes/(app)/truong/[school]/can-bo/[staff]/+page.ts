import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, depends }) => {
	depends('khue:staff');
	return { staff: await guard(api.staff(params.school, params.staff), url) };
};
