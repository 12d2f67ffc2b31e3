// When the server is asked again: what failed while there was no network must not put off the first question after it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Connection } from './connection.svelte';

let answers: (() => Promise<Response>)[] = [];
let events: EventTarget;

beforeEach(() => {
	vi.useFakeTimers();
	answers = [];
	events = new EventTarget();
	vi.stubGlobal('navigator', { onLine: true });
	vi.stubGlobal('addEventListener', events.addEventListener.bind(events));
	vi.stubGlobal('removeEventListener', events.removeEventListener.bind(events));
	vi.stubGlobal('fetch', () => (answers.shift() ?? refused)());
});

afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const refused = () => Promise.reject(new TypeError('network changed'));
const answered = () => Promise.resolve(new Response('{}'));

function network(there: boolean) {
	vi.stubGlobal('navigator', { onLine: there });
	events.dispatchEvent(new Event(there ? 'online' : 'offline'));
}

describe('the connection', () => {
	it('comes back within seconds of the network, whatever failed without it', async () => {
		const connection = new Connection();
		const stop = connection.listen();
		network(false);
		// A menu, a palette and a page asked for what they could not get, and so did the timer.
		for (let i = 0; i < 6; i++) connection.lost();
		await vi.advanceTimersByTimeAsync(60_000);
		expect(connection.state).toBe('offline');
		// The first question after the network is back may still fall with the old one.
		answers = [refused, answered];
		network(true);
		await vi.advanceTimersByTimeAsync(0);
		expect(connection.state).toBe('unreachable');
		await vi.advanceTimersByTimeAsync(3_000);
		expect(connection.state).toBe('online');
		stop();
	});

	it('is asked for at its time, though other requests go on failing', async () => {
		const connection = new Connection();
		connection.lost();
		answers = [answered];
		for (let passed = 0; passed < 3_000; passed += 500) {
			connection.lost();
			await vi.advanceTimersByTimeAsync(500);
		}
		expect(connection.state).toBe('online');
	});

	it('asks a server that stays away less and less often', async () => {
		const connection = new Connection();
		let asked = 0;
		vi.stubGlobal('fetch', () => {
			asked++;
			return refused();
		});
		connection.lost();
		await vi.advanceTimersByTimeAsync(3_000 + 3_000 + 6_000);
		expect(asked).toBe(3);
		await vi.advanceTimersByTimeAsync(11_999);
		expect(asked).toBe(3);
		await vi.advanceTimersByTimeAsync(1);
		expect(asked).toBe(4);
	});
});
