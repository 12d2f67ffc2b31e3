import { api } from '$lib/api';
import { guard } from '$lib/state/require';

export const load = async ({ url, depends }) => {
	depends('khue:sessions');
	return { sessions: (await guard(api.sessions(), url)).items };
};
