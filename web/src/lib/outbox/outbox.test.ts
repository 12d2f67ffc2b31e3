// The outbox against a model of the server, with everything going wrong that can: lost requests, lost answers, a
// browser that ends at any moment, several tabs, other people, full disks. Each run is one seed.
import { describe, expect, it } from 'vitest';
import type { Edit, Entry } from './entry';
import { type Clock, dice, MemoryDisk, MemoryLocks, ModelServer, memoryHost } from './memory';
import { type Host, Outbox } from './outbox';

const expired = { code: 'outbox.expired', title: 'Quá hạn', detail: 'Hãy xem đã ghi chưa.' };
const day = 86_400_000;

/** Lets everything run that can without a timer. */
async function quiet(turns = 60) {
	for (let i = 0; i < turns; i++) await Promise.resolve();
}

async function until(what: () => boolean, turns = 4000) {
	for (let i = 0; i < turns && !what(); i++) await Promise.resolve();
	expect(what()).toBe(true);
}

interface World {
	disk: MemoryDisk;
	server: ModelServer;
	clock: Clock;
	online: boolean;
	tab: (seed?: number) => Tab;
}

interface Tab {
	box: Outbox;
	/** The browser ends: whatever was under way is never heard of again. */
	kill: () => void;
}

function world(): World {
	const disk = new MemoryDisk();
	const server = new ModelServer();
	const clock = { wall: 1_000_000, tick: 0 };
	let locks = new MemoryLocks();
	const tabs: { box: Outbox; dead: boolean }[] = [];
	const it: World = {
		disk,
		server,
		clock,
		online: true,
		tab(seed = 1) {
			const me = { dead: false } as { box: Outbox; dead: boolean };
			const never = new Promise<never>(() => {});
			const alive = <T>(promise: Promise<T>) => promise.then((value) => (me.dead ? never : value));
			const guarded = <T>(act: () => Promise<T>) => (me.dead ? never : alive(act()));
			const transport = {
				send: (entry: Entry) => guarded(() => server.send(entry)),
				time: () => guarded(() => server.time())
			};
			const host: Host = memoryHost(disk, locks, transport, {
				clock,
				seed,
				online: () => it.online,
				post: (note) => {
					for (const tab of tabs) if (tab !== me && !tab.dead) tab.box.heard(note);
				}
			});
			const { vault } = host;
			host.vault = {
				load: () => guarded(() => vault.load()),
				save: (change, now) => guarded(() => vault.save(change, now)),
				beginAnew: () => guarded(() => vault.beginAnew()),
				close: () => {}
			};
			me.box = new Outbox('a1', host, expired);
			tabs.push(me);
			return {
				box: me.box,
				kill: () => {
					// The browser lets go of the locks of all its tabs.
					for (const tab of tabs) {
						tab.dead = true;
						tab.box.stop();
					}
					tabs.length = 0;
					locks = new MemoryLocks();
				}
			};
		}
	};
	server.clock = () => clock.wall;
	return it;
}

const edit = (target: string, cell: string, body: unknown, base: number | undefined): Edit => ({
	kind: 'cell',
	target,
	cell,
	method: 'PUT',
	path: `/${target}`,
	body,
	base,
	label: String(body)
});

describe('the outbox', () => {
	it('sends what was done offline when the network is back, in order', async () => {
		const w = world();
		w.online = false;
		const { box } = w.tab();
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', 1));
		await box.add(edit('unit/1', 'code', 'B', 1));
		await quiet();
		expect(w.server.requests).toBe(0);
		w.online = true;
		box.wake();
		await until(() => box.shown.entries.length === 0);
		expect(w.server.recorded.map(({ body, base }) => [body, base])).toEqual([
			['A', 1],
			['B', 2]
		]);
	});

	it('asks again with the same key when it ended between sending and the answer', async () => {
		const w = world();
		const { box, kill } = w.tab();
		await box.start();
		w.server.fate = () => {
			kill();
			return 'fine';
		};
		box.add(edit('unit/1', 'name', 'A', 1));
		await until(() => w.server.requests === 1);
		await quiet();
		w.server.fate = () => 'fine';
		expect(w.server.recorded).toHaveLength(1);
		expect(w.disk.rows.size).toBe(1);
		const again = w.tab(2);
		await again.box.start();
		await until(() => w.disk.rows.size === 0);
		expect(w.server.requests).toBe(2);
		expect(w.server.recorded).toHaveLength(1);
	});

	it('is never sent as another account', async () => {
		const w = world();
		w.server.actor = 'a2';
		const { box } = w.tab();
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', 1));
		await until(() => box.shown.pause === 'other-account');
		expect(w.server.recorded).toHaveLength(0);
		expect(box.shown.entries[0]?.state).toBe('waiting');
		w.server.actor = 'a1';
		box.wake();
		await until(() => box.shown.entries.length === 0);
		expect(w.server.recorded.map(({ by }) => by)).toEqual(['a1']);
	});

	it('says that the disk is full instead of losing an edit, and goes on when there is room', async () => {
		const w = world();
		const { box } = w.tab();
		await box.start();
		w.disk.fault = 'full';
		await expect(box.add(edit('unit/1', 'name', 'A', 1))).rejects.toMatchObject({ fault: 'full' });
		expect(box.shown.entries).toHaveLength(0);
		w.disk.fault = null;
		await box.add(edit('unit/1', 'name', 'A', 1));
		await until(() => w.server.recorded.length === 1);
	});

	it('records nothing twice when the disk is full just as the answer arrives', async () => {
		const w = world();
		const { box } = w.tab();
		w.server.fate = () => {
			if (w.server.requests === 1) w.disk.fault = 'full';
			return 'fine';
		};
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', 1)).catch(() => {});
		await until(() => box.shown.fault === 'full');
		w.disk.fault = null;
		await until(() => w.disk.rows.size === 0);
		expect(w.server.recorded).toHaveLength(1);
		expect(box.shown.fault).toBe(null);
	});

	it('puts back what a tab still knows when the browser emptied its storage', async () => {
		const w = world();
		w.online = false;
		const { box } = w.tab();
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', 1));
		const key = box.shown.entries[0]?.key;
		w.disk.rows.clear();
		w.disk.generation = 'g2';
		await box.heard({});
		expect(w.disk.rows.size).toBe(1);
		w.online = true;
		box.wake();
		await until(() => w.server.recorded.length === 1);
		expect([...w.server.keys.keys()]).toEqual([key]);
	});

	it('deletes nothing when the place cannot be opened: says so, looks again, and sends what lay there', async () => {
		const w = world();
		w.online = false;
		const before = w.tab();
		await before.box.start();
		await before.box.add(edit('unit/1', 'name', 'A', 1));
		before.kill();
		w.online = true;
		w.disk.fault = 'unavailable';
		let looks = 0;
		const { box } = w.tab(2);
		box.subscribe(({ fault }) => {
			// Some looks later the browser has recovered; nobody did anything.
			if (fault && ++looks === 3) w.disk.fault = null;
		});
		await box.start();
		await until(() => looks > 0);
		await expect(box.add(edit('unit/2', 'name', 'B', 1))).rejects.toMatchObject({ fault: 'unavailable' });
		await until(() => w.server.recorded.length === 1);
		expect(w.server.recorded[0]?.body).toBe('A');
		expect(w.clock.tick).toBeGreaterThan(1000);
	});

	it('begins anew only when the person says so, and takes along what a tab still knows', async () => {
		const w = world();
		w.online = false;
		const [one, two] = [w.tab(1), w.tab(2)];
		await Promise.all([one.box.start(), two.box.start()]);
		await one.box.add(edit('unit/1', 'name', 'A', 1));
		w.disk.unreadable = ['x1'];
		w.disk.fault = 'unavailable';
		await two.box.heard({});
		expect(two.box.shown.fault).toBe('unavailable');
		expect(w.disk.rows.size).toBe(1);
		expect(await two.box.beginAnew()).toBe(true);
		expect(two.box.shown).toMatchObject({ fault: null, unreadable: [] });
		expect(w.disk.rows.size).toBe(1);
		w.online = true;
		two.box.wake();
		await until(() => w.server.recorded.length === 1);
	});

	it('shows what it cannot read any more, and lets it go', async () => {
		const w = world();
		w.disk.unreadable = ['x1'];
		const { box } = w.tab();
		await box.start();
		expect(box.shown.unreadable).toEqual(['x1']);
		await box.discard(['x1']);
		expect(box.shown.unreadable).toEqual([]);
		expect(w.disk.unreadable).toEqual([]);
	});

	it('does not repeat what is older than the server’s memory: the person decides', async () => {
		const w = world();
		const { box, kill } = w.tab();
		w.server.fate = () => 'lost-after';
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', undefined));
		await until(() => w.server.requests === 1);
		await quiet();
		kill();
		// The server forgot; the device's clock was set back as well, and only the server knows what day it is.
		w.server.fate = () => 'fine';
		w.server.keys.clear();
		w.clock.wall += 2 * day;
		const real = w.clock.wall + 40 * day;
		w.server.clock = () => real;
		const asked = w.server.requests;
		const again = w.tab(2);
		await again.box.start();
		await until(() => again.box.shown.entries[0]?.state === 'refused');
		expect(again.box.shown.entries[0]?.trouble?.code).toBe('outbox.expired');
		expect(w.server.requests).toBe(asked);
		await again.box.sendAnew(again.box.shown.entries[0]?.id ?? '');
		await until(() => again.box.shown.entries.length === 0);
		expect(w.server.requests).toBe(asked + 1);
	});

	it('lets another tab send while this one stands still for a session that ended', async () => {
		for (const actor of [null, 'a2']) {
			const w = world();
			w.server.actor = actor;
			const [one, idle] = [w.tab(1), w.tab(2)];
			await Promise.all([one.box.start(), idle.box.start()]);
			await one.box.add(edit('unit/1', 'name', 'A', 1));
			await until(() => one.box.shown.pause !== null && idle.box.shown.pause !== null);
			// Signed in again in a third tab. Nobody looks at the first two: they are not woken by anything of theirs.
			w.server.actor = 'a1';
			const third = w.tab(3);
			await third.box.start();
			await until(() => w.server.recorded.length === 1);
			await quiet();
			for (const { box } of [one, idle, third]) expect(box.shown).toMatchObject({ entries: [], pause: null });
			expect(w.server.recorded).toHaveLength(1);
		}
	});

	it('does not sleep over a sign-in that comes while the refusal is under way', async () => {
		const w = world();
		const { box } = w.tab();
		await box.start();
		const send = w.server.send.bind(w.server);
		w.server.send = async () => {
			w.server.send = send;
			// Whoever signs in now wakes a tab that does not yet know that it has to wait.
			queueMicrotask(() => box.wake());
			await quiet(10);
			return { kind: 'signed-out' };
		};
		await box.add(edit('unit/1', 'name', 'A', 1));
		await until(() => w.server.recorded.length === 1);
		expect(box.shown.pause).toBe(null);
	});

	it('waits for a password to be changed, and then goes on', async () => {
		const w = world();
		w.server.mustChange = true;
		const { box } = w.tab();
		await box.start();
		await box.add(edit('unit/1', 'name', 'A', 1));
		await until(() => box.shown.pause === 'must-change');
		expect(box.shown.entries[0]).toMatchObject({ state: 'waiting', trouble: null });
		w.server.mustChange = false;
		box.wake();
		await until(() => w.server.recorded.length === 1);
	});

	it('does not record twice what was recorded before the rights were gone for a while', async () => {
		for (const rights of ['hidden', 'forbidden'] as const) {
			const w = world();
			const { box } = w.tab();
			await box.start();
			w.server.fate = () => {
				w.server.rights = 'all';
				w.server.fate = () => {
					w.server.rights = rights;
					return 'fine';
				};
				return 'lost-after';
			};
			await box.add(edit('unit/1', 'name', 'A', undefined));
			await until(() => box.shown.entries[0]?.state === 'refused');
			expect(box.shown.entries[0]?.unsure).toBe(true);
			w.server.fate = () => 'fine';
			w.server.rights = 'all';
			await box.retry(box.shown.entries[0]?.id ?? '');
			await until(() => box.shown.entries.length === 0);
			expect(w.server.recorded, rights).toHaveLength(1);
		}
	});

	it('with two tabs sends each edit once', async () => {
		const w = world();
		const [one, two] = [w.tab(1), w.tab(2)];
		await Promise.all([one.box.start(), two.box.start()]);
		await Promise.all([
			one.box.add(edit('unit/1', 'a', 'A', undefined)),
			two.box.add(edit('unit/2', 'b', 'B', undefined)),
			one.box.add(edit('unit/3', 'c', 'C', undefined))
		]);
		await until(() => w.server.recorded.length === 3);
		await quiet();
		expect(w.server.requests).toBe(3);
		expect(one.box.shown.entries).toHaveLength(0);
		expect(two.box.shown.entries).toHaveLength(0);
	});
});

const serial = (body: unknown) => Number(String(body).split(':')[1]);

/** One life of an outbox: edits, faults, crashes and other people at random, then a good day. */
async function live(seed: number) {
	const roll = dice(seed);
	const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)] as T;
	const w = world();
	const targets = ['unit/1', 'unit/2', 'unit/3'];
	const fates = ['fine', 'fine', 'lost-before', 'lost-after', 'busy', 'fault'] as const;
	w.server.fate = () => pick(fates);
	w.server.refuses = (entry) => String(entry.body).endsWith('7');
	/** What the person last had before the eyes. */
	const seen = new Map<string, number>();
	const saw = (target: string) => seen.get(target) ?? 1;
	/** For each body: which version its person knew from others. */
	const knew = new Map<unknown, number>();
	const cells = new Map<string, Set<unknown>>();
	/** What the person was told that it could not be kept. */
	const lost = new Set<unknown>();
	let made = 0;
	let tabs = [w.tab(seed)];
	await tabs[0]?.box.start();

	for (let step = 0; step < 60; step++) {
		const what = roll();
		// Sessions end, somebody else signs in, a password is reset, rights come and go; nobody tells the tabs.
		if (roll() < 0.12) w.server.actor = pick(['a1', 'a1', 'a2', null]);
		if (roll() < 0.08) w.server.mustChange = roll() < 0.4;
		if (roll() < 0.08) w.server.rights = pick(['all', 'all', 'hidden', 'forbidden']);
		if (roll() < 0.05) w.disk.fault = pick([null, null, 'unavailable']);
		const target = pick(targets);
		const tab = pick(tabs);
		if (what < 0.45) {
			const body = `${target}:${++made}`;
			const cell = pick(['a', 'b']);
			knew.set(body, saw(target));
			cells.set(target + cell, (cells.get(target + cell) ?? new Set()).add(body));
			await tab.box.add(edit(target, cell, body, saw(target))).catch((cause) => {
				// It was said that it could not be kept, and it was not.
				expect(cause.fault).toBe('unavailable');
				cells.get(target + cell)?.delete(body);
				lost.add(body);
			});
		} else if (what < 0.55) {
			w.server.foreign(target, `other:${step}`);
		} else if (what < 0.62) {
			// The person looks at the record again, online, with nothing of it waiting.
			const waits = tab.box.shown.entries.some((entry) => entry.target === target);
			if (!waits) seen.set(target, w.server.version(target));
		} else if (what < 0.72) {
			w.online = roll() < 0.7;
			tab.box.wake();
		} else if (what < 0.8) {
			tab.kill();
			w.online = true;
			tabs = [w.tab(seed * 1000 + step)];
			await tabs[0]?.box.start();
		} else if (what < 0.88 && tabs.length < 3) {
			const another = w.tab(seed * 1000 + 500 + step);
			tabs.push(another);
			await another.box.start();
		} else {
			await quiet(Math.floor(roll() * 80));
		}
	}

	w.online = true;
	w.server.fate = () => 'fine';
	w.server.mustChange = false;
	w.server.rights = 'all';
	w.server.actor = 'a1';
	w.disk.fault = null;
	// Signed in again in one of the tabs: the others hear of it from this one alone.
	const last = pick(tabs);
	last.box.wake();
	// The first of each record: what stands behind it waits for it.
	const heads = () => {
		const held = new Set<string>();
		return last.box.shown.entries.filter(({ target }) => !held.has(target) && held.add(target));
	};
	await quiet(6000);
	// What the server failed on too often is asked again by the person.
	// So is what was refused while the rights were gone.
	for (let again = 0; again < 30 && heads().some(({ unsure }) => unsure); again++) {
		for (const entry of heads()) if (entry.unsure) await last.box.retry(entry.id);
		await quiet(2000);
	}
	return { w, tabs, last, heads: heads(), knew, cells, lost };
}

describe('whatever happens', () => {
	it('no edit is recorded twice, none is lost, none goes over what its person has not seen', {
		timeout: 120_000
	}, async () => {
		for (let seed = 1; seed <= 120; seed++) {
			const { w, tabs, last, heads, knew, cells, lost } = await live(seed);
			const where = `seed ${seed}`;
			const ours = w.server.recorded.filter(({ by }) => by === 'a1');
			const bodies = ours.map(({ body }) => body);
			expect(new Set(bodies).size, `${where}: twice`).toBe(bodies.length);
			expect(
				bodies.filter((body) => lost.has(body)),
				`${where}: recorded, though not kept`
			).toEqual([]);
			for (const { box } of tabs) {
				expect(box.shown, `${where}: stands still`).toMatchObject({ pause: null, fault: null });
				expect(box.shown.entries, `${where}: tabs disagree`).toEqual(last.box.shown.entries);
			}

			// Everything is recorded, replaced by a later edit of the same cell, or stands before the person.
			for (const entry of heads) {
				expect(['refused', 'conflict'], `${where}: ${entry.state}`).toContain(entry.state);
				expect(bodies, `${where}: shown as not recorded`).not.toContain(entry.body);
			}
			for (const entry of last.box.shown.entries)
				expect(bodies, `${where}: still kept, though recorded`).not.toContain(entry.body);

			for (const one of ours) {
				const unseen = w.server.recorded.filter(
					({ by, target, version }) =>
						by === 'other' &&
						target === one.target &&
						version > (knew.get(one.body) ?? 0) &&
						version <= one.base
				);
				expect(unseen, `${where}: overwrote what nobody had seen`).toEqual([]);
			}

			// In the order in which they were done, cell by cell.
			for (const cell of cells.values()) {
				const numbers = ours.filter(({ body }) => cell.has(body)).map(({ body }) => serial(body));
				expect(numbers, `${where}: order`).toEqual(numbers.toSorted((a, b) => a - b));
			}
		}
	});
});
