import { describe, expect, it } from 'vitest';
import * as core from './core';
import type { Edit, Entry, Outcome } from './entry';
import { outcomeOf } from './transport';

const day = 86_400_000;
let drawn = 0;
const random = () => (++drawn).toString(16).padStart(32, '0');
const by = (now = 1000) => ({ actor: 'a1', client: 'c1', now, random });
const edit = (over: Partial<Edit> = {}): Edit => ({
	kind: 'unit.rename',
	target: 'unit/1',
	cell: 'name',
	method: 'POST',
	path: '/units/1/renaming',
	body: { name: 'A' },
	base: 5,
	label: 'A',
	...over
});
const trouble = { code: 'unit.closed', title: 'Đã đóng', detail: 'Đã đóng.' };

/** A queue after these edits. */
function queued(...edits: Partial<Edit>[]): Entry[] {
	let queue: Entry[] = [];
	for (const one of edits) queue = core.apply(queue, core.enqueue(queue, edit(one), by()).change);
	return queue;
}
const first = (queue: Entry[]) => queue[0] as Entry;
const settled = (queue: Entry[], outcome: Outcome) => {
	const sending = core.apply(queue, core.beginSending(first(queue), 2000));
	return core.apply(sending, core.settle(sending, first(sending), outcome));
};
const lost: Outcome = { kind: 'unknown', trouble, server: false };

describe('a later edit of the same cell', () => {
	it('takes the place of one that was not sent, with a key of its own', () => {
		const one = queued({});
		const two = core.apply(one, core.enqueue(one, edit({ body: { name: 'B' } }), by()).change);
		expect(two).toHaveLength(1);
		expect(first(two)).toMatchObject({ id: first(one).id, order: 1, body: { name: 'B' }, base: 5 });
		expect(first(two).key).not.toBe(first(one).key);
	});

	it('waits behind one that may have arrived, whose request must not change', () => {
		for (const queue of [
			core.apply(queued({}), core.beginSending(first(queued({})), 1)),
			settled(queued({}), lost)
		]) {
			const after = core.apply(queue, core.enqueue(queue, edit({ body: { name: 'B' } }), by()).change);
			expect(after.map((entry) => entry.body)).toContainEqual({ name: 'A' });
			expect(after.map((entry) => entry.body)).toContainEqual({ name: 'B' });
		}
	});

	it('takes the place of a refused one and of a conflict, since those were not recorded', () => {
		for (const outcome of [
			{ kind: 'refused', trouble, certain: true },
			{ kind: 'conflict', trouble },
			{ kind: 'locked', trouble }
		] as Outcome[]) {
			const queue = settled(queued({}), outcome);
			const after = core.apply(
				queue,
				core.enqueue(queue, edit({ body: { name: 'B' }, base: 7 }), by()).change
			);
			expect(after).toHaveLength(1);
			expect(first(after)).toMatchObject({ state: 'waiting', base: 7, trouble: null });
		}
	});

	it('keeps the key under which a screen tried to send it', () => {
		const { entry } = core.enqueue([], edit(), by(), { key: 'k' });
		expect(entry).toMatchObject({ key: 'k', unsure: true, sentAt: 1000 });
	});

	it('of another cell, or of none, stands by itself', () => {
		expect(queued({}, { cell: 'code' })).toHaveLength(2);
		expect(queued({ cell: undefined }, { cell: undefined })).toHaveLength(2);
	});
});

describe('what is sent next', () => {
	const due = new Map<string, number>();
	it('is the first of each record; another record does not wait for it', () => {
		const queue = queued({ target: 'unit/1' }, { target: 'unit/1', cell: 'code' }, { target: 'unit/2' });
		const sending = core.apply(queue, core.beginSending(first(queue), 1));
		expect(core.next(sending, due, 0).entry?.target).toBe('unit/2');
		const refused = settled(queue, { kind: 'refused', trouble, certain: true });
		expect(core.next(refused, due, 0).entry?.target).toBe('unit/2');
	});

	it('waits until it is due, and says how long', () => {
		const queue = queued({});
		expect(core.next(queue, new Map([[first(queue).id, 500]]), 200)).toEqual({ entry: null, wait: 300 });
		expect(core.next(queue, new Map([[first(queue).id, 500]]), 500).entry).toEqual(first(queue));
	});
});

describe('the answer', () => {
	it('that it was recorded removes the entry and moves later edits of the record to the version it made', () => {
		const queue = queued({}, { cell: 'code' }, { cell: 'x', base: 9 }, { target: 'unit/2' });
		// The answer of a repeated request names what is there now: others may have edited since.
		const after = settled(queue, { kind: 'done', version: 8 });
		expect(after.map(({ target, base }) => [target, base])).toEqual([
			['unit/1', 6],
			['unit/1', 9],
			['unit/2', 5]
		]);
	});

	it('that did not come keeps the key, and so does a second failure that is certain only of itself', () => {
		const once = settled(queued({}), lost);
		expect(first(once)).toMatchObject({ state: 'waiting', unsure: true, tries: 1, sentAt: 2000 });
		const twice = settled(once, { kind: 'busy', after: null });
		expect(first(twice)).toMatchObject({
			state: 'waiting',
			unsure: true,
			key: first(once).key,
			sentAt: 2000
		});
	});

	it('of a server that fails on it again and again is given to the person', () => {
		let queue = queued({});
		for (let i = 0; i < core.maxFailures; i++)
			queue = settled(queue, { kind: 'unknown', trouble, server: true });
		expect(first(queue)).toMatchObject({ state: 'refused', unsure: true, trouble });
		// It may be there all the same: asked again, it is asked with its key.
		const again = core.apply(queue, core.retry(first(queue), random));
		expect(first(again)).toMatchObject({ state: 'waiting', key: first(queue).key, tries: 0 });
	});
});

describe('a refusal that says nothing of the record', () => {
	const trouble403 = { code: 'auth.forbidden', title: '', detail: '' };

	it('keeps the key of what may have been recorded, and gives a new one to what was not', () => {
		const refused: Outcome = { kind: 'refused', trouble: trouble403, certain: false };
		const unsure = settled(settled(queued({}), lost), refused);
		expect(first(unsure)).toMatchObject({ state: 'refused', unsure: true });
		expect(first(core.apply(unsure, core.retry(first(unsure), random))).key).toBe(first(unsure).key);
		const sure = settled(queued({}), refused);
		expect(first(sure)).toMatchObject({ state: 'refused', unsure: false });
		expect(first(core.apply(sure, core.retry(first(sure), random))).key).not.toBe(first(sure).key);
	});

	it('is told from the status; a password to be changed or a factor to be added first only makes it wait', () => {
		const said = (status: number, code: string) =>
			outcomeOf(status, { code, title: '', detail: '' }, { retryAfter: null, etag: null }, new Set(), 0);
		expect(said(403, 'auth.forbidden')).toMatchObject({ kind: 'refused', certain: false });
		expect(said(404, 'unit.not_found')).toMatchObject({ kind: 'refused', certain: false });
		expect(said(409, 'unit.closed')).toMatchObject({ kind: 'refused', certain: true });
		expect(said(403, 'account.must_change_password')).toEqual({ kind: 'must-change' });
		expect(said(403, 'session.enrol_first')).toEqual({ kind: 'must-enrol' });
		const waits = settled(settled(queued({}), lost), { kind: 'must-change' });
		expect(first(waits)).toMatchObject({ state: 'waiting', unsure: true, tries: 1 });
	});
});

describe('what the person decides', () => {
	it('a refused edit is sent again as a new request', () => {
		const queue = settled(queued({}), { kind: 'refused', trouble, certain: true });
		const again = core.apply(queue, core.retry(first(queue), random));
		expect(first(again)).toMatchObject({ state: 'waiting', sentAt: null, trouble: null });
		expect(first(again).key).not.toBe(first(queue).key);
	});

	it('over somebody else’s version goes only what was in conflict, with what followed it', () => {
		const queue = settled(queued({}, { cell: 'code' }, { target: 'unit/2' }), { kind: 'conflict', trouble });
		const after = core.apply(queue, core.overwrite(queue, first(queue), 12, random));
		expect(after.map(({ state, base }) => [state, base])).toEqual([
			['waiting', 12],
			['waiting', 12],
			['waiting', 5]
		]);
		expect(core.overwrite(after, first(after), 13, random).put).toEqual([]);
	});

	it('what came after a lock becomes a request to amend: another request, another key, no version', () => {
		const queue = settled(queued({}), { kind: 'locked', trouble });
		expect(first(queue).state).toBe('amendment');
		const request = {
			kind: 'mark.amend',
			method: 'POST' as const,
			path: '/amendments',
			body: { reason: 'Ốm' }
		};
		const after = core.apply(queue, core.amend(first(queue), request, random));
		expect(first(after)).toMatchObject({ ...request, state: 'waiting', target: 'unit/1', unsure: false });
		expect(first(after).base).toBeUndefined();
		expect(first(after).key).not.toBe(first(queue).key);
	});

	it('what is on its way is not taken back', () => {
		const queue = queued({}, { cell: 'code' });
		const sending = core.apply(queue, core.beginSending(first(queue), 1));
		const all = new Set(sending.map(({ id }) => id));
		expect(core.discard(sending, all).remove).toEqual([(sending[1] as Entry).id]);
	});
});

describe('age', () => {
	const unsure = (sentAt: number) => ({ ...first(settled(queued({}), lost)), sentAt });

	it('counts from the first sending, and only for what may have arrived', () => {
		expect(core.keyExpired(unsure(0), 29 * day, 0)).toBe(false);
		expect(core.keyExpired(unsure(0), 30 * day, 0)).toBe(true);
		expect(core.keyExpired({ ...unsure(0), unsure: false }, 90 * day, 0)).toBe(false);
		expect(core.keyExpired(first(queued({})), 90 * day, 0)).toBe(false);
	});

	it('does not grow younger when the clock is set back', () => {
		expect(core.keyExpired(unsure(0), 5 * day, 31 * day)).toBe(true);
		// Sent in what is now the future: nobody knows, so nothing is repeated blindly.
		expect(core.keyExpired(unsure(100 * day), 5 * day, 5 * day)).toBe(true);
	});

	it('warns five days before', () => {
		expect(core.growsOld(unsure(1000), 24 * day)).toBe(false);
		expect(core.growsOld(unsure(1000), 26 * day)).toBe(true);
	});
});

it('waits longer with each failure, at most five minutes, never all at once', () => {
	const waits = [1, 2, 3, 4, 5, 20].map((tries) => core.backoff(tries, 1));
	expect(waits).toEqual([2000, 4000, 8000, 16_000, 32_000, 300_000]);
	expect(core.backoff(3, 0)).toBe(4000);
});
