import { expect, test } from 'vitest';
import type { ClassTeaching } from '$lib/api/types';
import { assigned } from './assign';

const item = (subject: string, staff: string, valid_from: string, more = {}) => ({
	id: subject,
	subject,
	staff,
	semester: 0,
	responsible: true,
	valid_from,
	valid_to: null,
	periods: null,
	...more
});
const teaching = {
	as_of: '2026-11-26',
	items: [
		item('toan', 'a', '2026-09-01'),
		item('ngu_van', 'b', '2027-01-11', { semester: 2, periods: 4 }),
		item('tin_hoc', 'c', '2026-09-01', { valid_to: '2027-01-10' })
	]
} as unknown as ClassTeaching;

test('one subject changes hands, the others stay with their days', () => {
	const all = assigned(teaching, 'toan', 'z');
	expect(all.map((one) => [one.subject, one.staff])).toEqual([
		['ngu_van', 'b'],
		['tin_hoc', 'c'],
		['toan', 'z']
	]);
	expect(all[0]).toMatchObject({ semester: 2, periods: 4, from: '2027-01-11', to: undefined });
	expect(all[1]).toMatchObject({ from: undefined, to: '2027-01-10' });
	expect(assigned(teaching, 'toan', '').map((one) => one.subject)).toEqual(['ngu_van', 'tin_hoc']);
});
