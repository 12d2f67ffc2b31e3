import { describe, expect, it } from 'vitest';
import { keyKeeper, queryText, randomKey } from './client';
import { isProblemBody, retryAfterSeconds } from './problem';

describe('requests', () => {
	it('leave out what is empty', () => {
		expect(queryText({ q: '', kind: undefined, limit: 40 })).toBe('?limit=40');
		expect(queryText()).toBe('');
	});

	it('keep their key while nothing was changed', () => {
		let made = 0;
		const key = keyKeeper(() => `key-${++made}`);
		expect(key({ name: 'a' })).toBe('key-1');
		expect(key({ name: 'a' })).toBe('key-1');
		expect(key({ name: 'b' })).toBe('key-2');
	});

	it('have keys of at most 64 characters', () => {
		expect(randomKey()).toMatch(/^[0-9a-f]{32}$/);
	});
});

describe('refusals', () => {
	it('say how long to wait, in seconds or as a date', () => {
		expect(retryAfterSeconds('30', 0)).toBe(30);
		expect(retryAfterSeconds('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6);
		expect(retryAfterSeconds('soon', 0)).toBeNull();
		expect(retryAfterSeconds(null, 0)).toBeNull();
	});

	it('are told from what a gateway says', () => {
		expect(isProblemBody({ code: 'unit.not_found', detail: 'x' })).toBe(true);
		expect(isProblemBody('<html>')).toBe(false);
	});
});
