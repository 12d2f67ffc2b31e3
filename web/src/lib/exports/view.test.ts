import { describe, expect, it } from 'vitest';
import type { Export } from '$lib/api/types';
import { groupOf, scopeOf, waiting, wentOn } from './view';

const fields = [
	{ key: 'full_name', class: 'basic' },
	{ key: 'contact_phone', class: 'protected' }
];

describe('whether a list waits', () => {
	it('waits for whatever is private, also of one class', () => {
		expect(waiting(fields, ['full_name', 'contact_phone'], ['a'], true)).toBe('closed');
	});
	it("is there at once for a teacher's own class, and depends on the number elsewhere", () => {
		expect(waiting(fields, ['full_name'], ['a'], true)).toBe('now');
		expect(waiting(fields, ['full_name'], ['a', 'b'], true)).toBe('many');
		expect(waiting(fields, ['full_name'], ['a'], false)).toBe('many');
	});
});

describe('what is told of an export', () => {
	const one = {
		state: 'approved',
		at_console: false,
		until: '2026-09-06T00:30:00.000000Z',
		classes: null,
		taken_at: null
	} as unknown as Export;
	it('is how long it may be taken, then when it was', () => {
		expect(wentOn(one)).toBe('đến 06/09/2026 07:30');
		expect(wentOn({ ...one, taken_at: '2026-09-05T01:00:00.000000Z' })).toBe('đã tải 05/09/2026 08:00');
		expect(wentOn({ ...one, at_console: true })).toBe('tại máy chủ');
	});
	it('names the classes, or the whole school', () => {
		expect(scopeOf(one)).toBe('cả trường');
		expect(
			scopeOf({
				...one,
				classes: [
					{ id: '1', name: 'Lớp 6A' },
					{ id: '2', name: 'Lớp 6B' }
				]
			})
		).toBe('Lớp 6A, Lớp 6B');
	});
});

it('puts relatives apart, and what is private above all', () => {
	expect(groupOf({ key: 'full_name', class: 'basic' })).toBe('basic');
	expect(groupOf({ key: 'mother_name', class: 'basic' })).toBe('family');
	expect(groupOf({ key: 'mother_phone', class: 'protected' })).toBe('closed');
});
