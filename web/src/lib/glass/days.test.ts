import { expect, it } from 'vitest';
import { first } from './days';

it('counts both days, over months and years', () => {
	expect(first('2026-09-30', 30)).toBe('2026-09-01');
	expect(first('2026-01-03', 7)).toBe('2025-12-28');
	expect(first('2026-09-30', 1)).toBe('2026-09-30');
});
