import { api } from '$lib/api';
import { today } from '$lib/format';
import { first } from '$lib/glass/days';
import { guard } from '$lib/state/require';

export const load = async ({ params, url, parent }) => {
	await parent();
	const to = today();
	const [children, glass] = await guard(
		Promise.all([api.myChildren(), api.myChildsGlass(params.pupil, { from: first(to, 30), to })]),
		url
	);
	return { child: children.find((one) => one.pupil === params.pupil), several: children.length > 1, glass };
};
