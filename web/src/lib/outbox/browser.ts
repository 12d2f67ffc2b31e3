// The outbox in a real browser: its database, its locks, its channel between tabs, its clock.
import type { Trouble } from './entry';
import { locksOf } from './kinds';
import { type Host, type Note, Outbox } from './outbox';
import { FetchTransport } from './transport';
import { BrowserVault, randomHex } from './vault';

export interface Opened {
	box: Outbox;
	close: () => void;
}

function sleep(ms: number | null, signal: AbortSignal): Promise<void> {
	return new Promise((done) => {
		if (signal.aborted) return done();
		const timer = ms === null ? undefined : setTimeout(done, ms);
		signal.addEventListener(
			'abort',
			() => {
				clearTimeout(timer);
				done();
			},
			{ once: true }
		);
	});
}

export async function openOutbox(account: string, expired: Trouble): Promise<Opened> {
	const channel = new BroadcastChannel(`khue-outbox-${account}`);
	const vault = new BrowserVault(account);
	const host: Host = {
		vault,
		transport: new FetchTransport(locksOf),
		lock: async (name, act) => navigator.locks.request(name, act),
		hold: async (name, signal, act) => {
			try {
				await navigator.locks.request(name, { signal }, act);
			} catch (cause) {
				if (!signal.aborted) throw cause;
			}
		},
		post: (note: Note) => channel.postMessage(note),
		now: () => Date.now(),
		tick: () => performance.now(),
		sleep,
		online: () => navigator.onLine,
		chance: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
		hex: () => randomHex(16)
	};
	const box = new Outbox(account, host, expired);
	channel.onmessage = (event: MessageEvent<Note>) => box.heard(event.data);
	const wake = () => box.wake();
	const seen = () => document.visibilityState === 'visible' && box.wake();
	addEventListener('online', wake);
	document.addEventListener('visibilitychange', seen);
	await box.start();
	return {
		box,
		close() {
			removeEventListener('online', wake);
			document.removeEventListener('visibilitychange', seen);
			box.stop();
			channel.close();
			vault.close();
		}
	};
}
