import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ params, url }) => {
	return { imports: await guard(api.imports(params.school), url) };
};
