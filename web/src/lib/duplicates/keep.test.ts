import { expect, test } from 'vitest';
import { likelier } from './keep';

const person = (id: string, full_name: string, more: object = {}) => ({ id, full_name, ...more });

test('the record of which more is known stays, and of two alike the older', () => {
	expect(likelier([person('1', 'Nguyen Van An'), person('2', 'Nguyễn Văn An')])).toBe('2');
	expect(likelier([person('1', 'Nguyễn Văn An'), person('2', 'Nguyen Van An', { pupil_code: '37' })])).toBe(
		'2'
	);
	expect(
		likelier([person('1', 'Lê An', { birth: '2014' }), person('2', 'Lê An', { birth: '2014-03-26' })])
	).toBe('2');
	expect(likelier([person('2', 'Lê An'), person('1', 'Lê An')])).toBe('1');
});
