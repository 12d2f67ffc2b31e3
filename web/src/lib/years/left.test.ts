import { expect, test } from 'vitest';
import { leftYear } from './left';

const full = [{ pupils: 35 }];
const empty = [{ pupils: 0 }];

test('in August it is the year whose pupils have not gone up', () => {
	expect(leftYear('2026-08-05', [], full)).toBe('before');
	expect(leftYear('2026-08-05', empty, full)).toBe('before');
});

test('once they have gone up, or in a school that begins now, it is this year', () => {
	expect(leftYear('2026-08-05', full, full)).toBe('now');
	expect(leftYear('2026-08-05', [], [])).toBe('now');
	expect(leftYear('2027-05-20', empty, full)).toBe('now');
});
