import { afterEach, describe, expect, it, vi } from 'vitest';
import {
	call,
	keyKeeper,
	onConfirmFirst,
	onOtherAccount,
	onSignedOut,
	pathText,
	queryText,
	randomKey,
	speaksFor
} from './client';
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

describe('whose page it is', () => {
	/** A server that answers so; what it was sent. */
	function server(status: number, code: string) {
		const heads: Headers[] = [];
		vi.stubGlobal('fetch', async (_url: string, { headers }: { headers: Headers }) => {
			heads.push(headers);
			return new Response(JSON.stringify({ code, title: '', detail: '' }), { status });
		});
		return heads;
	}
	const told = { out: 0, other: 0 };
	onSignedOut(() => void told.out++);
	onOtherAccount(() => void told.other++);
	const asked = async (act: () => Promise<unknown>) => {
		Object.assign(told, { out: 0, other: 0 });
		await act().catch(() => {});
		return { ...told };
	};
	afterEach(() => {
		vi.unstubAllGlobals();
		speaksFor(() => undefined);
	});

	it('is said with every call but those of nobody', async () => {
		const heads = server(200, '');
		await call('get', '/me/sessions');
		speaksFor(() => 'a1');
		await call('get', '/me/sessions');
		await call('delete', '/session', { maybe: true });
		await call('get', '/about', { anonymous: true });
		expect(heads.map((one) => one.get('khue-account'))).toEqual([null, 'a1', 'a1', null]);
	});

	it('is told when the server says that the browser is another’s; only a 401 asks for a sign-in', async () => {
		server(409, 'session.other_account');
		expect(await asked(() => call('get', '/me/sessions'))).toEqual({ out: 0, other: 1 });
		expect(await asked(() => call('get', '/me', { maybe: true }))).toEqual({ out: 0, other: 1 });
		server(409, 'unit.closed');
		expect(await asked(() => call('get', '/me/sessions'))).toEqual({ out: 0, other: 0 });
		server(401, 'session.none');
		expect(await asked(() => call('get', '/me/sessions'))).toEqual({ out: 1, other: 0 });
		expect(await asked(() => call('get', '/me', { maybe: true }))).toEqual({ out: 0, other: 0 });
	});
});

describe('what the server wants confirmed first', () => {
	/** A server that wants it until it was done; the keys and bodies it was sent. */
	function server(confirmed: () => boolean) {
		const sent: unknown[] = [];
		vi.stubGlobal('fetch', async (_url: string, { headers, body }: { headers: Headers; body: string }) => {
			sent.push([headers.get('idempotency-key'), body]);
			return confirmed()
				? new Response('{"password":"x"}', { status: 200 })
				: new Response('{"code":"session.confirm_first","title":"","detail":""}', { status: 403 });
		});
		return sent;
	}
	const renew = () =>
		call('post', '/accounts/{account}/password-renewal', { path: { account: 'a' }, key: 'k' });
	afterEach(() => {
		vi.unstubAllGlobals();
		onConfirmFirst(async () => false);
	});

	it('is asked of the person, and then the same is sent again under the same key', async () => {
		let confirmed = false;
		onConfirmFirst(async () => {
			confirmed = true;
			return true;
		});
		const sent = server(() => confirmed);
		expect(await renew()).toEqual({ password: 'x' });
		expect(sent).toEqual([
			['k', undefined],
			['k', undefined]
		]);
	});

	it('is refused when the person does not, and asked once, not for ever', async () => {
		let asked = 0;
		const sent = server(() => false);
		await expect(renew()).rejects.toMatchObject({ code: 'session.confirm_first' });
		expect(sent).toHaveLength(1);
		onConfirmFirst(async () => {
			asked++;
			return true;
		});
		await expect(renew()).rejects.toMatchObject({ code: 'session.confirm_first' });
		expect([asked, sent.length]).toEqual([1, 3]);
	});
});
