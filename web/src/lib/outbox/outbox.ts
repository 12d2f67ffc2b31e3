// One account's outbox in one tab. The tabs of a browser share the vault; each change is made under a lock on what the
// vault holds at that moment, and one tab at a time sends.
import * as core from './core';
import type { Change, Edit, Entry, Tried, Trouble } from './entry';
import type { Transport } from './transport';
import { type Kept, type Vault, VaultError, type VaultFault } from './vault';

/** What the outbox needs of its surroundings. */
export interface Host {
	vault: Vault;
	transport: Transport;
	/** Runs alone among all tabs. */
	lock<T>(name: string, act: () => Promise<T>): Promise<T>;
	/** The same, waiting in line until the signal ends. */
	hold(name: string, signal: AbortSignal, act: () => Promise<void>): Promise<void>;
	/** Tells the other tabs. */
	post(note: Note): void;
	now(): number;
	/** Grows evenly, whatever is done to the clock. */
	tick(): number;
	sleep(ms: number | null, signal: AbortSignal): Promise<void>;
	online(): boolean;
	/** 0 to 1. */
	chance(): number;
	/** 32 random hex digits. */
	hex(): string;
}

export interface Note {
	done?: Sent;
	/** Somebody signed in, or asks for it to be sent: whoever stands still may try again. */
	wake?: true;
}

/** What arrived, without what was in it. */
export interface Sent {
	kind: string;
	target: string;
	version: number | null;
}

export type Pause = 'signed-out' | 'other-account' | 'must-change' | 'must-enrol';

export interface Shown {
	entries: readonly Entry[];
	unreadable: readonly string[];
	/** Why nothing is being sent, beyond the network. */
	pause: Pause | null;
	fault: VaultFault | null;
}

/** More than a term's work of one person: then something is wrong, and we say so before the disk does. */
const most = 5000;
const none: Change = { put: [], remove: [] };

export class Outbox {
	readonly account: string;
	#host: Host;
	#expired: Trouble;
	#shown: Shown = { entries: [], unreadable: [], pause: null, fault: null };
	#listeners = new Set<(shown: Shown) => void>();
	#sentListeners = new Set<(sent: Sent) => void>();
	#generation = '';
	#client = '';
	#seenAt = 0;
	#stop: AbortController | null = null;
	#wake = new AbortController();
	#woken = 0;
	#due = new Map<string, number>();
	#quietUntil = 0;
	#failures = 0;
	#offset = 0;
	#clockKnown = false;

	/** `expired`: what to say of an entry that the server may have and whose key it may have forgotten. */
	constructor(account: string, host: Host, expired: Trouble) {
		this.account = account;
		this.#host = host;
		this.#expired = expired;
	}

	get shown(): Shown {
		return this.#shown;
	}

	subscribe(listener: (shown: Shown) => void): () => void {
		this.#listeners.add(listener);
		listener(this.#shown);
		return () => this.#listeners.delete(listener);
	}

	onSent(listener: (sent: Sent) => void): () => void {
		this.#sentListeners.add(listener);
		return () => this.#sentListeners.delete(listener);
	}

	async start(): Promise<void> {
		if (this.#stop) return;
		const stop = new AbortController();
		this.#stop = stop;
		await this.#refresh();
		// Whoever starts has just signed in or looked: a tab that stands still need not wait to be looked at itself.
		this.#host.post({ wake: true });
		this.#run(stop.signal).catch((cause) => {
			if (!stop.signal.aborted) this.#failed(cause);
		});
	}

	/** Ends sending; what is on its way is still written down when it is answered. */
	stop() {
		this.#stop?.abort();
		this.#stop = null;
		this.#wake.abort();
	}

	/** Another tab changed something. */
	async heard(note: Note): Promise<void> {
		if (note.done) this.#tell(note.done);
		if (note.wake) return this.#awake();
		await this.#refresh();
		this.#wake.abort();
	}

	/** The network is back, somebody signed in, the person looked at the page, or asked for it. */
	wake(): Promise<void> {
		this.#host.post({ wake: true });
		return this.#awake();
	}

	async #awake() {
		this.#woken++;
		if (this.#shown.pause) this.#show({ pause: null });
		this.#quietUntil = 0;
		this.#failures = 0;
		this.#due.clear();
		this.#wake.abort();
		// A tab that is not in turn looks as well: what it says of the place may be long mended.
		if (this.#shown.fault) await this.#refresh();
	}

	/** The person gives up what lies in a place that does not open; what a tab still knows goes into the new one. */
	async beginAnew(): Promise<boolean> {
		try {
			await this.#host.lock(this.#lock, () => this.#host.vault.beginAnew());
		} catch (cause) {
			this.#failed(cause);
			return false;
		}
		this.wake();
		await this.#refresh();
		return this.#shown.fault === null;
	}

	/** Takes an edit in. Once this is answered the edit is on the disk; a fault is thrown and nothing was taken. */
	async add(edit: Edit, tried?: Tried): Promise<Entry> {
		let made: Entry | null = null;
		await this.#mutate((queue) => {
			if (queue.length >= most) throw new VaultError('full', null);
			const by = {
				actor: this.account,
				client: this.#client,
				now: this.#now(),
				random: () => this.#host.hex()
			};
			const { entry, change } = core.enqueue(queue, edit, by, tried);
			made = entry;
			return change;
		});
		this.#wake.abort();
		if (!made) throw new VaultError('unavailable', null);
		return made;
	}

	retry(id: string): Promise<void> {
		return this.#decide(id, (entry) => core.retry(entry, () => this.#host.hex()));
	}

	sendAnew(id: string): Promise<void> {
		return this.#decide(id, (entry) => core.sendAnew(entry, () => this.#host.hex()));
	}

	overwrite(id: string, version: number): Promise<void> {
		return this.#decide(id, (entry, queue) => core.overwrite(queue, entry, version, () => this.#host.hex()));
	}

	amend(id: string, request: Pick<Edit, 'kind' | 'method' | 'path' | 'body'>): Promise<void> {
		return this.#decide(id, (entry) => core.amend(entry, request, () => this.#host.hex()));
	}

	async discard(ids: Iterable<string>): Promise<void> {
		const chosen = new Set(ids);
		await this.#mutate((queue, kept) => {
			const change = core.discard(queue, chosen);
			return { put: [], remove: [...change.remove, ...kept.unreadable.filter((id) => chosen.has(id))] };
		});
		this.#wake.abort();
	}

	async #decide(id: string, act: (entry: Entry, queue: Entry[]) => Change) {
		await this.#mutate((queue) => {
			const entry = queue.find((one) => one.id === id);
			return entry ? act(entry, queue) : none;
		});
		this.#due.delete(id);
		this.#wake.abort();
	}

	get #lock(): string {
		return `khue-outbox-${this.account}`;
	}

	#now(): number {
		return this.#host.now() + this.#offset;
	}

	/** Reads what is there, decides, writes; nobody else in between. */
	#mutate(decide: (queue: Entry[], kept: Kept) => Change): Promise<void> {
		return this.#host.lock(this.#lock, async () => {
			const kept = await this.#load();
			const change = decide(kept.entries, kept);
			const changes = change.put.length > 0 || change.remove.length > 0;
			if (changes) await this.#host.vault.save(change, this.#now());
			const gone = new Set(change.remove);
			this.#show({
				entries: core.apply(kept.entries, change),
				unreadable: kept.unreadable.filter((id) => !gone.has(id)),
				fault: null
			});
			if (changes) this.#host.post({});
		});
	}

	async #refresh() {
		await this.#mutate(() => none).catch((cause) => this.#failed(cause));
	}

	/** The vault's content. Were it emptied under us, what this tab still knows goes back into it, with its keys. */
	async #load(): Promise<Kept> {
		const kept = await this.#host.vault.load();
		if (this.#generation && kept.generation !== this.#generation) {
			const there = new Set(kept.entries.map(({ id }) => id));
			const put = this.#shown.entries.filter(({ id }) => !there.has(id));
			if (put.length > 0) {
				await this.#host.vault.save({ put: [...put], remove: [] }, this.#now());
				kept.entries = core.apply(kept.entries, { put: [...put], remove: [] });
				const back = new Set(put.map(({ id }) => id));
				kept.unreadable = kept.unreadable.filter((id) => !back.has(id));
			}
		}
		this.#generation = kept.generation;
		this.#client = kept.client;
		this.#seenAt = Math.max(this.#seenAt, kept.seenAt);
		return kept;
	}

	/** Sends while it may. Who stands still leaves the line, so that another tab can go on. */
	async #run(signal: AbortSignal) {
		while (!signal.aborted) {
			let wait: number | null = 0;
			await this.#host.hold(`khue-outbox-send-${this.account}`, signal, async () => {
				wait = await this.#turns(signal);
			});
			// The waking that belongs to the last turn: what came since then is not slept over.
			if (wait !== 0) await this.#host.sleep(wait, AbortSignal.any([signal, this.#wake.signal]));
		}
	}

	/** Turn after turn, until this tab has to stand still. Answers how long: some time, or until something happens. */
	async #turns(signal: AbortSignal): Promise<number | null> {
		let tidy = false;
		while (!signal.aborted) {
			// Made before the look, so that what comes during it is not slept over.
			this.#wake = new AbortController();
			const either = AbortSignal.any([signal, this.#wake.signal]);
			let wait: number | null;
			try {
				if (!tidy) await this.#mutate(core.recover);
				tidy = true;
				wait = await this.#step();
			} catch (cause) {
				// What was being sent is found as such by the next turn, and asked for again with its key.
				this.#failed(cause);
				return 30_000;
			}
			if (this.#shown.pause) return null;
			if (wait !== 0) await this.#host.sleep(wait, either);
		}
		return 0;
	}

	/** Sends at most one entry. Answers how long to wait: nothing, some time, or until something happens (null). */
	async #step(): Promise<number | null> {
		if (this.#shown.pause || !this.#host.online()) return null;
		const quiet = this.#quietUntil - this.#host.tick();
		if (quiet > 0) return quiet;

		let chosen: Entry | null = null;
		let wait: number | null = null;
		let asksTime = false;
		let looked = false;
		await this.#mutate((queue) => {
			const found = core.next(queue, this.#due, this.#host.tick());
			wait = found.wait;
			const { entry } = found;
			if (!entry) return none;
			if (entry.unsure && !this.#clockKnown) {
				asksTime = true;
				return none;
			}
			if (core.keyExpired(entry, this.#now(), this.#seenAt)) {
				looked = true;
				return core.expire(entry, this.#expired);
			}
			const begin = core.beginSending(entry, this.#now());
			chosen = begin.put[0] ?? null;
			return begin;
		});
		if (looked) return 0;
		if (asksTime) return this.#askTime();
		if (!chosen) return wait;
		return this.#send(chosen);
	}

	/** Before something is sent a second time, its age is told by the server's clock, not by ours. */
	async #askTime(): Promise<number> {
		const at = await this.#host.transport.time();
		if (at === null) return this.#quiet(core.backoff(++this.#failures, this.#host.chance()));
		this.#offset = at - this.#host.now();
		this.#clockKnown = true;
		return 0;
	}

	#quiet(ms: number): number {
		this.#quietUntil = this.#host.tick() + ms;
		return ms;
	}

	async #send(entry: Entry): Promise<number | null> {
		const woken = this.#woken;
		const outcome = await this.#host.transport.send(entry);
		await this.#mutate((queue) => {
			const mine = queue.find(({ id }) => id === entry.id);
			return mine ? core.settle(queue, mine, outcome) : none;
		});
		switch (outcome.kind) {
			case 'unknown':
				if (!outcome.server) return this.#quiet(core.backoff(++this.#failures, this.#host.chance()));
				this.#due.set(entry.id, this.#host.tick() + core.backoff(entry.tries + 1, this.#host.chance()));
				return 0;
			case 'busy':
				return this.#quiet(outcome.after ?? core.backoff(entry.tries + 1, this.#host.chance()));
			case 'signed-out':
			case 'other-account':
			case 'must-change':
			case 'must-enrol':
				// Somebody signed in while this was under way: the refusal may be of the session before.
				if (this.#woken !== woken) return 0;
				this.#show({ pause: outcome.kind });
				return null;
			case 'done': {
				const sent = { kind: entry.kind, target: entry.target, version: outcome.version };
				this.#tell(sent);
				this.#host.post({ done: sent });
				break;
			}
		}
		this.#failures = 0;
		this.#due.delete(entry.id);
		return 0;
	}

	#tell(sent: Sent) {
		for (const listener of this.#sentListeners) listener(sent);
	}

	#show(change: Partial<Shown>) {
		this.#shown = { ...this.#shown, ...change };
		for (const listener of this.#listeners) listener(this.#shown);
	}

	#failed(cause: unknown) {
		if (!(cause instanceof VaultError)) throw cause;
		this.#show({ fault: cause.fault });
	}
}
