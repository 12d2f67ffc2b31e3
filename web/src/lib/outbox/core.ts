// The rules of the outbox, without clock, storage or network: everything is an argument. Each function takes the
// queue as it stands and answers what to write; nobody changes an entry in place.
import {
	type Change,
	type Edit,
	type Entry,
	needsPerson,
	type Outcome,
	type Tried,
	type Trouble
} from './entry';

const hour = 3_600_000;
const day = 24 * hour;
/** So long the server remembers a key, less an hour for clocks that disagree. */
export const keyLife = 30 * day - hour;
/** From here on the person is warned. */
export const warnAfter = 25 * day;
/** A server that fails on one entry so often will not be asked again by itself: it would hold up its record for ever. */
export const maxFailures = 8;
const first = 2000;
const longest = 5 * 60_000;

export interface Maker {
	actor: string;
	client: string;
	now: number;
	/** A new random text of 32 hex digits. */
	random: () => string;
}

export const byOrder = (a: Entry, b: Entry) => a.order - b.order;

/** The key carries the client, so that the server's record says which browser an edit came from. */
const keyOf = (client: string, random: () => string) => `${client}-${random()}`;

/** Whether nothing of this entry can have reached the server, so that it may become another request. */
const untouched = (entry: Entry) => entry.state !== 'sending' && !entry.unsure && entry.state !== 'done';

/** Takes an edit into the queue, or into the place of an earlier one of the same cell. */
export function enqueue(
	queue: readonly Entry[],
	edit: Edit,
	by: Maker,
	tried?: Tried
): { entry: Entry; change: Change } {
	const fresh = {
		...edit,
		actor: by.actor,
		client: by.client,
		key: tried?.key ?? keyOf(by.client, by.random),
		madeAt: by.now,
		sentAt: tried ? by.now : null,
		unsure: tried !== undefined,
		tries: 0,
		state: 'waiting' as const,
		trouble: null
	};
	const same =
		edit.cell === undefined
			? undefined
			: queue.findLast(
					(entry) => entry.target === edit.target && entry.cell === edit.cell && entry.actor === by.actor
				);
	// Only the last word on this cell may be replaced, and only if no other kind of edit was said in between.
	if (same && untouched(same) && same.kind === edit.kind) {
		const entry: Entry = { ...fresh, id: same.id, order: same.order };
		const base = later(same.base, edit.base);
		if (base !== undefined) entry.base = base;
		return { entry, change: { put: [entry], remove: [] } };
	}
	const order = queue.reduce((last, entry) => Math.max(last, entry.order), 0) + 1;
	const entry: Entry = { ...fresh, id: by.random(), order };
	return { entry, change: { put: [entry], remove: [] } };
}

// An earlier entry's base has grown only by this person's own edits, a later edit's by what was on the screen.
function later(a: number | undefined, b: number | undefined): number | undefined {
	if (a === undefined || b === undefined) return b ?? a;
	return Math.max(a, b);
}

/** How a key's age is told: the clock may have been set back since it was last seen. */
export function age(entry: Entry, now: number, seenAt: number): number {
	if (entry.sentAt === null) return 0;
	const passed = Math.max(now, seenAt) - entry.sentAt;
	// Sent in the future: one of the two readings is wrong, and we cannot say which.
	return passed < -day ? Number.POSITIVE_INFINITY : passed;
}

/** An entry that may have been recorded, and whose key the server may have forgotten: sent again it could count twice. */
export const keyExpired = (entry: Entry, now: number, seenAt: number): boolean =>
	entry.unsure && age(entry, now, seenAt) >= keyLife;

/** Whether the person should be told that an entry has been here for long. */
export const growsOld = (entry: Entry, now: number): boolean =>
	now - Math.min(entry.madeAt, entry.sentAt ?? entry.madeAt) >= warnAfter;

/** What the last program to send left behind: it ended between sending and the answer. */
export function recover(queue: readonly Entry[]): Change {
	const put = queue
		.filter((entry) => entry.state === 'sending')
		.map((entry): Entry => ({ ...entry, state: 'waiting', unsure: true }));
	return { put, remove: [] };
}

/** What may be sent next: the first of each record that stands still for nothing. `due` says when an entry may again. */
export function next(
	queue: readonly Entry[],
	due: ReadonlyMap<string, number>,
	tick: number
): { entry: Entry | null; wait: number | null } {
	const held = new Set<string>();
	let wait: number | null = null;
	for (const entry of [...queue].sort(byOrder)) {
		if (entry.state === 'done' || held.has(entry.target)) continue;
		held.add(entry.target);
		if (entry.state !== 'waiting') continue;
		const left = (due.get(entry.id) ?? 0) - tick;
		if (left <= 0) return { entry, wait: null };
		wait = wait === null ? left : Math.min(wait, left);
	}
	return { entry: null, wait };
}

/** Written before the request leaves: whatever happens now, the key is the same next time. */
export function beginSending(entry: Entry, now: number): Change {
	return { put: [{ ...entry, state: 'sending', sentAt: entry.sentAt ?? now }], remove: [] };
}

/** What the answer makes of the queue. One change, so that an end in the middle leaves all of it or nothing. */
export function settle(queue: readonly Entry[], entry: Entry, outcome: Outcome): Change {
	const back = (fields: Partial<Entry>): Change => ({ put: [{ ...entry, ...fields }], remove: [] });
	switch (outcome.kind) {
		case 'done':
			return { put: followers(queue, entry), remove: [entry.id] };
		case 'unknown': {
			const tries = entry.tries + 1;
			const given = outcome.server && tries >= maxFailures;
			return given
				? back({ state: 'refused', unsure: true, tries, trouble: outcome.trouble })
				: back({ state: 'waiting', unsure: true, tries });
		}
		// An earlier try may still have been recorded: only an answer about the record itself settles that.
		case 'busy':
		case 'signed-out':
		case 'other-account':
		case 'must-change':
		case 'must-enrol':
			return back({ state: 'waiting', tries: outcome.kind === 'busy' ? entry.tries + 1 : entry.tries });
		case 'refused':
			return back({
				state: 'refused',
				unsure: entry.unsure && !outcome.certain,
				trouble: outcome.trouble
			});
		case 'conflict':
			return back({ state: 'conflict', unsure: false, trouble: outcome.trouble });
		case 'locked':
			return back({ state: 'amendment', unsure: false, trouble: outcome.trouble });
	}
}

/**
 * Later edits of the record were made on the same version and know nothing of another: they now follow our own edit.
 * An edit of version n makes n + 1. A repeated answer may name a later version, made by somebody else meanwhile, which
 * this person has not seen: taking it would overwrite it silently.
 */
function followers(queue: readonly Entry[], sent: Entry): Entry[] {
	const { base } = sent;
	if (base === undefined) return [];
	return queue
		.filter(
			(entry) =>
				entry.target === sent.target && entry.order > sent.order && entry.base === base && untouched(entry)
		)
		.map((entry) => ({ ...entry, base: base + 1 }));
}

/** The person asks again. What may have been recorded keeps its key; a new key is a new request. */
export function retry(entry: Entry, random: () => string): Change {
	if (!needsPerson(entry)) return { put: [], remove: [] };
	const again: Entry = { ...entry, state: 'waiting', tries: 0, trouble: null };
	if (!entry.unsure) {
		again.key = keyOf(entry.client, random);
		again.sentAt = null;
	}
	return { put: [again], remove: [] };
}

/** The person has looked and says: not recorded, send it as new. */
export function sendAnew(entry: Entry, random: () => string): Change {
	return retry({ ...entry, unsure: false }, random);
}

/** The person has seen the version that is there now, and wants the edit all the same. */
export function overwrite(
	queue: readonly Entry[],
	entry: Entry,
	version: number,
	random: () => string
): Change {
	if (entry.state !== 'conflict') return { put: [], remove: [] };
	const { put } = sendAnew(entry, random);
	// What was done after it, on the same screen, goes along.
	const rest = queue.filter(
		(other) =>
			other.id !== entry.id && other.target === entry.target && other.base === entry.base && untouched(other)
	);
	return { put: [...put, ...rest].map((one) => ({ ...one, base: version })), remove: [] };
}

/** What came too late becomes a request to amend, with the reason the person gives. It is another request: a new key. */
export function amend(
	entry: Entry,
	request: Pick<Edit, 'kind' | 'method' | 'path' | 'body'>,
	random: () => string
): Change {
	if (entry.state !== 'amendment') return { put: [], remove: [] };
	const { base: _of_the_locked, ...rest } = sendAnew(entry, random).put[0] as Entry;
	return { put: [{ ...rest, ...request }], remove: [] };
}

export const expire = (entry: Entry, trouble: Trouble): Change => ({
	put: [{ ...entry, state: 'refused', trouble }],
	remove: []
});

/** What is on its way cannot be taken back: it is asked for again when the answer is there. */
export function discard(queue: readonly Entry[], ids: ReadonlySet<string>): Change {
	return {
		put: [],
		remove: queue.filter((entry) => ids.has(entry.id) && entry.state !== 'sending').map(({ id }) => id)
	};
}

export function apply(queue: readonly Entry[], { put, remove }: Change): Entry[] {
	const gone = new Set([...remove, ...put.map(({ id }) => id)]);
	return [...queue.filter(({ id }) => !gone.has(id)), ...put].sort(byOrder);
}

/** How long until the next try: doubling, at most five minutes, spread so that a school does not come back at once. */
export function backoff(tries: number, random: number): number {
	const full = Math.min(first * 2 ** Math.max(0, tries - 1), longest);
	return full / 2 + (full / 2) * random;
}
