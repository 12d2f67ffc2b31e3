import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { poll } from './poll';

let seen: string;
beforeEach(() => {
	vi.useFakeTimers();
	seen = 'visible';
	const listeners = new Set<() => void>();
	vi.stubGlobal('document', {
		get visibilityState() {
			return seen;
		},
		addEventListener: (_: string, act: () => void) => listeners.add(act),
		removeEventListener: (_: string, act: () => void) => listeners.delete(act)
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

test('asks seldom while nothing runs, and soon once something does', async () => {
	let busy = false;
	const ask = vi.fn(async () => {});
	const stop = poll(ask, () => busy);
	await vi.advanceTimersByTimeAsync(14_000);
	expect(ask).toHaveBeenCalledTimes(0);
	await vi.advanceTimersByTimeAsync(3000);
	expect(ask).toHaveBeenCalledTimes(1);
	busy = true;
	await vi.advanceTimersByTimeAsync(3100);
	expect(ask).toHaveBeenCalledTimes(3);
	stop();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ask).toHaveBeenCalledTimes(3);
});

test('asks nothing while nobody looks, and survives a failure', async () => {
	const ask = vi.fn(async () => {
		throw new Error('unreachable');
	});
	const stop = poll(ask, () => true);
	await vi.advanceTimersByTimeAsync(3100);
	expect(ask).toHaveBeenCalledTimes(2);
	seen = 'hidden';
	await vi.advanceTimersByTimeAsync(60_000);
	expect(ask).toHaveBeenCalledTimes(2);
	stop();
});
