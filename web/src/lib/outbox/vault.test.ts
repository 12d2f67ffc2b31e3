import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BrowserVault } from './vault';

/** A browser whose storage does not open, for this reason; it counts what it is asked. */
function broken(name: string) {
	const asked = { open: 0, deleted: 0 };
	const fails = () => {
		const request = { onerror: null as null | (() => void), error: new DOMException('broken', name) };
		queueMicrotask(() => request.onerror?.());
		return request;
	};
	vi.stubGlobal('indexedDB', {
		open: () => {
			asked.open++;
			return fails();
		},
		deleteDatabase: () => {
			asked.deleted++;
			return fails();
		}
	});
	return asked;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

/** What came of it, when all the waiting is over. */
async function came<T>(of: Promise<T>) {
	const answer = of.catch((cause) => cause);
	await vi.runAllTimersAsync();
	return answer;
}

describe('a place that does not open', () => {
	for (const [name, fault] of [
		['UnknownError', 'unavailable'],
		['AbortError', 'unavailable'],
		['DataError', 'unavailable'],
		['SecurityError', 'unavailable'],
		['VersionError', 'newer'],
		['QuotaExceededError', 'full']
	] as const) {
		it(`(${name}) is said, and what lies in it stays`, async () => {
			const asked = broken(name);
			const vault = new BrowserVault('a1');
			for (let i = 0; i < 2; i++) expect(await came(vault.load())).toMatchObject({ fault });
			expect(await came(vault.save({ put: [], remove: [] }, 1))).toMatchObject({ fault });
			expect(asked.open).toBeGreaterThanOrEqual(3);
			expect(asked.deleted).toBe(0);
		});
	}

	it('is made anew when a person asks for it, and a browser that cannot do that either is said', async () => {
		const asked = broken('UnknownError');
		await expect(new BrowserVault('a1').beginAnew()).rejects.toMatchObject({ fault: 'unavailable' });
		expect(asked.deleted).toBe(1);
	});
});
