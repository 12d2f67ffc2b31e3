import { redirect } from '@sveltejs/kit';

// Until the school has an overview of its own, it opens with its classes.
export const load = ({ params }) => redirect(307, `/truong/${params.school}/lop`);
