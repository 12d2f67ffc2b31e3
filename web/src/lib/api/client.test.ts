import { describe, expect, it } from 'vitest';
import { call, keyKeeper, pathText, queryText, randomKey } from './client';
import { isProblemBody, retryAfterSeconds } from './problem';

describe('requests', () => {
	it('have their places filled in', () => {
		expect(pathText('/units/{unit}/move', { unit: 'a/b' })).toBe('/units/a%2Fb/move');
	});

	// The type checker is the test: each of these must stay an error (`npm run check`).
	it('are what openapi.json says', () => {
		const never = () => [
			// @ts-expect-error there is no such path
			call('get', '/unit'),
			// @ts-expect-error nothing is deleted there
			call('delete', '/units/{unit}', { path: { unit: 'u' } }),
			// @ts-expect-error which unit?
			call('get', '/units/{unit}'),
			// @ts-expect-error no such filter
			call('get', '/units', { query: { colour: 'red' } }),
			// @ts-expect-error an edit names the version it knows
			call('post', '/units/{unit}/renaming', { path: { unit: 'u' }, body: { name: '', from: '' } }),
			// @ts-expect-error a field is missing
			call('post', '/session', { body: { login: '' } }),
			// @ts-expect-error signing in takes no key
			call('post', '/session', { body: { login: '', password: '' }, key: '' }),
			// @ts-expect-error no such field in the answer
			call('get', '/me').then((me) => me.shoe_size)
		];
		expect(never).toBeTypeOf('function');
	});

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
