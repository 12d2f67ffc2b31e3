import { describe, expect, it } from 'vitest';
import { lastDay } from './screen';

describe('the last day of a unit', () => {
	const now = new Date('2026-11-25T18:00:00Z'); // the 26th in Vietnam
	it('is the one before its end, once that has come', () => {
		expect(lastDay('2025-07-01', now)).toBe('2025-06-30');
		expect(lastDay('2026-11-26', now)).toBe('2026-11-25');
		expect(lastDay('2024-03-01', now)).toBe('2024-02-29');
	});
	it('is none while it stands', () => {
		expect(lastDay(null, now)).toBeUndefined();
		expect(lastDay('2026-11-27', now)).toBeUndefined();
	});
});
