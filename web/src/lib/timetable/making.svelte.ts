import { api } from '$lib/api';
import { keyKeeper } from '$lib/api/client';
import { Problem } from '$lib/api/problem';
import type { Timetable, TimetableFinding, TimetableGround } from '$lib/api/types';
import { asProblem } from '$lib/ui/form.svelte';
import { type Change, changed, differences, keyOf, type Slot, Steps } from './making';

/** A finding and the lessons it is about, as they were when it was found. */
export interface Told {
	finding: TimetableFinding;
	slots: Slot[];
}

/** How long somebody pauses before what they made is checked. */
const pause = 400;

const slotsOf = (table: Timetable | null): Slot[] =>
	(table?.lessons ?? []).map(({ class: of, day, half_day, period, subject, teacher, room }) => ({
		class: of,
		day,
		half_day,
		period,
		subject,
		teacher: teacher ?? null,
		...(room ? { room } : {})
	}));

/** A timetable that is being made: its lessons, its steps, what the server says of it, and how it is saved. */
export class Making {
	ground: TimetableGround = $state.raw() as TimetableGround;
	slots = $state.raw<Slot[]>([]);
	/** As the server has them. */
	saved = $state.raw<Slot[]>([]);
	/** The one that is edited; none when there is none yet. */
	table = $state.raw<{ id: string; version: number; from: string; basis: string | null } | null>(null);
	from = $state('');
	can = $state.raw({ undo: false, redo: false });
	told = $state.raw<Told[]>([]);
	check = $state<'waiting' | 'done' | 'failed'>('waiting');
	busy = $state(false);
	problem = $state.raw<Problem | null>(null);
	/** Somebody else saved meanwhile. */
	conflict = $state(false);
	readonly unit: string;
	#steps = new Steps<Slot[]>([]);
	#timer: ReturnType<typeof setTimeout> | undefined;
	#asked: AbortController | undefined;
	#key = keyKeeper();

	cells = $derived.by(() => differences(this.saved, this.slots));
	dirty = $derived(this.cells > 0 || (this.table !== null && this.from !== this.table.from));
	/** The refusals by the cell they are about. */
	marks = $derived.by(() => {
		const marks = new Map<string, Told[]>();
		for (const told of this.told) {
			if (!told.finding.refused) continue;
			for (const key of new Set(told.slots.map(keyOf))) marks.set(key, [...(marks.get(key) ?? []), told]);
		}
		return marks;
	});

	constructor(unit: string, ground: TimetableGround, table: Timetable | null, from: string) {
		this.unit = unit;
		this.ground = ground;
		this.#open(table, from);
	}

	#open(table: Timetable | null, from: string) {
		this.saved = slotsOf(table);
		this.table = table && {
			id: table.id,
			version: table.version,
			from: table.valid_from,
			basis: table.basis ?? null
		};
		this.from = table?.valid_from ?? from;
		this.#steps = new Steps(this.saved);
		this.#shown();
	}

	#shown() {
		this.slots = this.#steps.now;
		this.can = { undo: this.#steps.canUndo, redo: this.#steps.canRedo };
		this.problem = null;
		this.later();
	}

	/** Changes cells as one step. */
	change(changes: readonly Change[]) {
		if (this.#steps.go(changed(this.slots, changes))) this.#shown();
	}

	undo() {
		if (this.#steps.undo()) this.#shown();
	}

	redo() {
		if (this.#steps.redo()) this.#shown();
	}

	/** Another first day: another semester has other periods, another day other teachers. */
	async begin(day: string) {
		if (!day) return;
		try {
			const ground = await api.timetableGround(this.unit, day);
			// Somebody may have chosen yet another day meanwhile.
			if (this.from === day) this.ground = ground;
			this.problem = null;
		} catch (cause) {
			this.problem = asProblem(cause);
		}
		this.later();
	}

	get #body() {
		return {
			year: this.ground.year,
			valid_from: this.from,
			basis: this.table?.from === this.from ? this.table.basis : null,
			slots: this.slots
		};
	}

	/** Asks the server what it finds, once nothing has changed for a moment. */
	later(wait = pause) {
		clearTimeout(this.#timer);
		this.#asked?.abort();
		this.check = 'waiting';
		this.#timer = setTimeout(() => this.#ask(), wait);
	}

	stop() {
		clearTimeout(this.#timer);
		this.#asked?.abort();
	}

	async #ask() {
		const asked = new AbortController();
		this.#asked = asked;
		const body = this.#body;
		try {
			const { findings } = await api.checkTimetable(this.unit, body, asked.signal);
			if (asked.signal.aborted) return;
			this.told = findings.map((finding) => ({
				finding,
				slots: finding.slots.flatMap((at) => body.slots[at] ?? [])
			}));
			this.check = 'done';
		} catch (cause) {
			if (asked.signal.aborted) return;
			this.problem = asProblem(cause);
			this.check = 'failed';
		}
	}

	/** Answers whether it was saved. */
	async save(): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.problem = null;
		const [body, from] = [this.#body, this.from];
		try {
			const saved =
				this.table?.from === from
					? await api.replaceTimetable(this.unit, this.table.id, this.table.version, body)
					: await api.saveTimetable(this.unit, body, this.#key(body));
			this.table = { id: saved.id, version: saved.version, from, basis: body.basis };
			// What was changed while it was sent is still to be saved.
			this.saved = body.slots;
			this.conflict = false;
			return true;
		} catch (cause) {
			const problem = asProblem(cause);
			this.conflict = problem.code === 'record.stale' || problem.code === 'timetable.same_day';
			if (!this.conflict) this.problem = problem;
			return false;
		} finally {
			this.busy = false;
		}
	}

	/** The one that somebody else saved, as it stands by now. */
	#theirs(): Promise<Timetable> {
		return api.timetable(this.unit, { as_of: this.from });
	}

	/** Saves this one in place of what somebody else saved. */
	async keepMine(): Promise<boolean> {
		try {
			const theirs = await this.#theirs();
			this.saved = slotsOf(theirs);
			this.table = {
				id: theirs.id,
				version: theirs.version,
				from: theirs.valid_from,
				basis: theirs.basis ?? null
			};
		} catch (cause) {
			// It was taken away meanwhile: then this one is new.
			if (!(cause instanceof Problem && cause.code === 'timetable.not_found')) {
				this.problem = asProblem(cause);
				return false;
			}
			this.table = null;
		}
		return this.save();
	}

	async takeTheirs() {
		try {
			this.#open(await this.#theirs(), this.from);
			this.conflict = false;
		} catch (cause) {
			this.problem = asProblem(cause);
		}
	}
}
