import { requireMe } from '$lib/state/require';

export const load = async ({ url }) => ({ me: await requireMe(url) });
