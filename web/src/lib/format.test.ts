import { describe, expect, it } from 'vitest';
import { count, day, initials, instant, parseDay, parseFrom, schoolYear, today } from './format';

describe('dates', () => {
	it('are dd/mm/yyyy', () => {
		expect(day('2026-09-05')).toBe('05/09/2026');
		expect(day(null)).toBe('');
	});

	it('and times are those of Vietnam', () => {
		expect(instant('2026-11-23T20:24:31.000000Z')).toBe('24/11/2026 03:24');
		expect(today(new Date('2026-11-23T18:00:00Z'))).toBe('2026-11-24');
	});

	it.each([
		['5/9/2026', '2026-09-05'],
		['05092026', '2026-09-05'],
		['5-9-26', '2026-09-05'],
		['29.2.2024', '2024-02-29'],
		['29/2/2026', null],
		['32/13/2026', null],
		['hôm qua', null]
	])('%s is read as %s', (text, iso) => {
		expect(parseDay(text)).toBe(iso);
	});

	it.each([
		['2024', '2024-01-01'],
		['1/2024', '2024-01-01'],
		['11-2024', '2024-11-01'],
		[' 5/9/2026 ', '2026-09-05'],
		['13/2024', null],
		['0/2024', null],
		['202', null],
		['nay', null]
	])('%s begins on %s', (text, iso) => {
		expect(parseFrom(text)).toBe(iso);
	});

	it('fall into a school year that begins in August', () => {
		expect(schoolYear('2026-07-31')).toBe('2025-2026');
		expect(schoolYear('2026-08-01')).toBe('2026-2027');
	});
});

describe('numbers and names', () => {
	it('have dots between thousands', () => {
		expect(count(1045000)).toBe('1.045.000');
		expect(count(999)).toBe('999');
	});

	it('show the middle and the given name', () => {
		expect(initials('Nguyễn Thu Trang')).toBe('TT');
		expect(initials('Y Đăm Niê')).toBe('ĐN');
		expect(initials('An')).toBe('A');
	});
});
