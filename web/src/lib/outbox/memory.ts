// The surroundings of an outbox without a browser: for tests, with everything that can go wrong at hand.
import type { Entry, Outcome } from './entry';
import type { Host, Note } from './outbox';
import type { Transport } from './transport';
import { type Kept, type Vault, VaultError, type VaultFault } from './vault';

export function dice(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** What a browser keeps for one account. Rows are text: nothing is shared by reference. */
export class MemoryDisk {
	rows = new Map<string, string>();
	generation = 'g1';
	seenAt = 0;
	fault: VaultFault | null = null;
	unreadable: string[] = [];
	begun = 1;
}

export class MemoryVault implements Vault {
	constructor(readonly disk: MemoryDisk) {}
	async load(): Promise<Kept> {
		if (this.disk.fault && this.disk.fault !== 'full') throw new VaultError(this.disk.fault, null);
		const entries = [...this.disk.rows.values()].map((text) => JSON.parse(text) as Entry);
		entries.sort((a, b) => a.order - b.order);
		const { generation, seenAt, unreadable } = this.disk;
		return { entries, unreadable: [...unreadable], generation, client: 'c1', seenAt };
	}
	async save(change: { put: Entry[]; remove: string[] }, now: number) {
		if (this.disk.fault) throw new VaultError(this.disk.fault, null);
		for (const entry of change.put) this.disk.rows.set(entry.id, JSON.stringify(entry));
		for (const id of change.remove) this.disk.rows.delete(id);
		this.disk.unreadable = this.disk.unreadable.filter((id) => !change.remove.includes(id));
		this.disk.seenAt = Math.max(this.disk.seenAt, now);
	}
	async beginAnew() {
		this.disk.rows.clear();
		this.disk.unreadable = [];
		this.disk.generation = `g${++this.disk.begun}`;
		this.disk.fault = null;
	}
	close() {}
}

/** Locks as the browser has them: in line, let go when the holder ends. */
export class MemoryLocks {
	#tails = new Map<string, Promise<unknown>>();
	request<T>(name: string, act: () => Promise<T>): Promise<T> {
		const before = this.#tails.get(name) ?? Promise.resolve();
		const mine = before.then(act, act);
		this.#tails.set(
			name,
			mine.catch(() => {})
		);
		return mine;
	}
}

export interface Clock {
	wall: number;
	tick: number;
}

/** A tab. Sleeping takes no time: the clock jumps. */
export function memoryHost(
	disk: MemoryDisk,
	locks: MemoryLocks,
	transport: Transport,
	options: { clock: Clock; seed?: number; online?: () => boolean; post?: (note: Note) => void }
): Host {
	const roll = dice(options.seed ?? 1);
	const { clock } = options;
	return {
		vault: new MemoryVault(disk),
		transport,
		lock: (name, act) => locks.request(name, act),
		hold: (name, signal, act) =>
			locks.request(name, async () => {
				if (!signal.aborted) await act();
			}),
		post: options.post ?? (() => {}),
		now: () => clock.wall,
		tick: () => clock.tick,
		sleep: (ms, signal) => {
			if (ms === null) {
				return new Promise((done) => {
					if (signal.aborted) done();
					signal.addEventListener('abort', () => done(), { once: true });
				});
			}
			clock.tick += ms;
			clock.wall += ms;
			return Promise.resolve();
		},
		online: options.online ?? (() => true),
		chance: roll,
		hex: () => Array.from({ length: 32 }, () => Math.floor(roll() * 16).toString(16)).join('')
	};
}

/** A server with versions, keys and other people. */
export class ModelServer implements Transport {
	versions = new Map<string, number>();
	cells = new Map<string, unknown>();
	keys = new Map<string, string>();
	/** Every edit that was recorded, in order. */
	recorded: { target: string; body: unknown; by: string; base: number; version: number }[] = [];
	/** Whose session the browser has. */
	actor: string | null = 'a1';
	mustChange = false;
	/** Whether the account still has the rights it had; without them a record is hidden or not to be edited. */
	rights: 'all' | 'hidden' | 'forbidden' = 'all';
	/** What happens to the next request: decided by the test. */
	fate: () => 'fine' | 'lost-before' | 'lost-after' | 'busy' | 'fault' = () => 'fine';
	clock: () => number | null = () => null;
	locked = new Set<string>();
	refuses: (entry: Entry) => boolean = () => false;
	requests = 0;

	version(target: string) {
		return this.versions.get(target) ?? 1;
	}

	/** Somebody else edits. */
	foreign(target: string, body: unknown) {
		const version = this.version(target);
		this.#record(target, body, 'other', version);
	}

	#record(target: string, body: unknown, by: string, base: number) {
		const version = this.version(target) + 1;
		this.versions.set(target, version);
		this.recorded.push({ target, body, by, base, version });
	}

	async time() {
		return this.clock();
	}

	async send(entry: Entry): Promise<Outcome> {
		this.requests++;
		const fate = this.fate();
		const away = (server: boolean): Outcome => ({
			kind: 'unknown',
			trouble: { code: 'x', title: '', detail: '' },
			server
		});
		if (fate === 'lost-before') return away(false);
		if (fate === 'busy') return { kind: 'busy', after: null };
		const answer = this.#answer(entry);
		if (fate === 'lost-after') return away(false);
		if (fate === 'fault') return away(true);
		return answer;
	}

	#answer(entry: Entry): Outcome {
		const trouble = { code: 'x', title: 'x', detail: 'x' };
		if (this.actor === null) return { kind: 'signed-out' };
		if (entry.actor !== this.actor) return { kind: 'other-account' };
		// Rights are asked for before a repeated answer is shown, so these say nothing of what was recorded.
		if (this.mustChange) return { kind: 'must-change' };
		if (this.rights !== 'all') return { kind: 'refused', trouble, certain: false };
		const digest = JSON.stringify([entry.method, entry.path, entry.body]);
		const before = this.keys.get(entry.key);
		// As http::idempotency does: the key first, then the command; a refused command leaves no key.
		if (before === digest) return { kind: 'done', version: this.version(entry.target) };
		if (before !== undefined) return { kind: 'refused', trouble, certain: true };
		if (this.locked.has(entry.target)) return { kind: 'locked', trouble };
		if (this.refuses(entry)) return { kind: 'refused', trouble, certain: true };
		if (entry.base !== undefined && entry.base !== this.version(entry.target))
			return { kind: 'conflict', trouble };
		this.keys.set(entry.key, digest);
		this.#record(entry.target, entry.body, entry.actor, entry.base ?? 0);
		return { kind: 'done', version: this.version(entry.target) };
	}
}
