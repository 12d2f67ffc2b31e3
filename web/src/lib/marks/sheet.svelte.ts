import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Gradebook } from '$lib/api/types';
import type { Value } from './value';

/** After the last key, so that a quick typist makes one request of several cells. */
const pause = 350;
const retry = 3000;

export interface Clash {
	pupil: string;
	column: string;
	/** What somebody else wrote, how often the cell was written by then, who and when. */
	theirs: Value;
	writes: number;
	by: string | null;
	at: string | null;
	/** What was to be written. */
	mine: Value;
}
type Change = { pupil: string; column: string; before: Value; after: Value };
type Cell = Gradebook['pupils'][number]['cells'][number];

export const keyOf = (pupil: string, column: string) => `${pupil} ${column}`;
const heldBy = (cell: Pick<Cell, 'score_hundredths' | 'word'>): Value =>
	cell.score_hundredths ?? cell.word ?? null;

/** The marks of one gradebook while they are written: shown at once, sent a moment later, sent again until they are there. */
export class Sheet {
	readonly where: { school: string; class: string; subject: string; semester: number };
	values = $state<Record<string, Value>>({});
	averages = $state<Record<string, { average: number | null; passed: boolean | null; missing: number }>>({});
	/** What cannot be sent just now, or why nothing more is taken. */
	trouble = $state.raw<unknown>(null);
	closed = $state(false);
	waiting = $state(0);
	sending = $state(false);
	clashes = $state.raw<Clash[]>([]);
	/** What the server does not take, by cell: it stays as it was typed, and is not sent again. */
	refused = $state<Record<string, string>>({});
	version = $state(0);
	#writes = new Map<string, number>();
	/** What is not there yet: the cell, and what it is to hold. */
	#queue = new Map<string, { pupil: string; column: string; value: Value }>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#done: Change[][] = [];
	#undone: Change[][] = [];

	constructor(where: Sheet['where'], book: Gradebook) {
		this.where = where;
		this.take(book);
	}

	/** What the server has by now. Cells that wait to be sent stay as they were typed. */
	take(book: Gradebook) {
		this.version = book.version;
		for (const row of book.pupils) {
			this.averages[row.pupil] = {
				average: row.average_hundredths ?? null,
				passed: row.passed ?? null,
				missing: row.missing
			};
			for (const cell of row.cells) {
				const key = keyOf(row.pupil, cell.column);
				this.#writes.set(key, cell.writes);
				if (!this.#queue.has(key)) this.values[key] = heldBy(cell);
			}
		}
	}

	get(pupil: string, column: string): Value {
		return this.values[keyOf(pupil, column)] ?? null;
	}

	isWaiting(pupil: string, column: string): boolean {
		this.waiting;
		return this.#queue.has(keyOf(pupil, column));
	}

	/** Writes cells as one act that is taken back as one. */
	set(cells: { pupil: string; column: string; value: Value }[]) {
		const changes = cells
			.map(({ pupil, column, value }) => ({ pupil, column, before: this.get(pupil, column), after: value }))
			.filter(({ before, after }) => before !== after);
		if (changes.length === 0) return;
		this.#done.push(changes);
		this.#undone = [];
		this.#put(changes.map(({ pupil, column, after }) => ({ pupil, column, value: after })));
	}

	undo(): Change | undefined {
		const changes = this.#done.pop();
		if (!changes) return;
		this.#undone.push(changes);
		this.#put(changes.map(({ pupil, column, before }) => ({ pupil, column, value: before })));
		return changes[0];
	}

	redo(): Change | undefined {
		const changes = this.#undone.pop();
		if (!changes) return;
		this.#done.push(changes);
		this.#put(changes.map(({ pupil, column, after }) => ({ pupil, column, value: after })));
		return changes[0];
	}

	#put(cells: { pupil: string; column: string; value: Value }[]) {
		for (const cell of cells) {
			const key = keyOf(cell.pupil, cell.column);
			this.values[key] = cell.value;
			delete this.refused[key];
			this.#queue.set(key, cell);
		}
		this.waiting = this.#queue.size;
		this.#later(pause);
	}

	#later(after: number) {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.send(), after);
	}

	/** Sends what waits; nothing is forgotten before the server has it. */
	async send(): Promise<void> {
		if (this.sending || this.#queue.size === 0 || this.closed) return;
		clearTimeout(this.#timer);
		const sent = [...this.#queue.values()].slice(0, 1000);
		const marks = sent.map(({ pupil, column, value }) => ({
			pupil,
			column,
			seen: this.#writes.get(keyOf(pupil, column)) ?? 0,
			score_hundredths: typeof value === 'number' ? value : null,
			word: typeof value === 'string' ? value : null
		}));
		this.sending = true;
		try {
			const { school, class: of, subject, semester } = this.where;
			const done = await api.enterMarks(school, of, subject, semester, { marks });
			this.trouble = null;
			this.version = done.version;
			for (const one of done.written) this.#writes.set(keyOf(one.pupil, one.column), one.writes);
			for (const one of done.averages)
				this.averages[one.pupil] = {
					average: one.average_hundredths ?? null,
					passed: one.passed ?? null,
					missing: one.missing
				};
			const clashes = done.conflicts.map((one): Clash => {
				const key = keyOf(one.pupil, one.column);
				const mine = sent.find((cell) => keyOf(cell.pupil, cell.column) === key)?.value ?? null;
				this.#writes.set(key, one.writes);
				return {
					pupil: one.pupil,
					column: one.column,
					theirs: heldBy(one),
					writes: one.writes,
					by: one.by ?? null,
					at: one.at ?? null,
					mine
				};
			});
			// What was typed over meanwhile waits on.
			for (const cell of sent) {
				const key = keyOf(cell.pupil, cell.column);
				if (this.#queue.get(key) === cell) this.#queue.delete(key);
			}
			for (const clash of clashes) this.values[keyOf(clash.pupil, clash.column)] = clash.theirs;
			if (clashes.length > 0)
				this.clashes = [
					...this.clashes.filter(
						(old) => !clashes.some((one) => one.pupil === old.pupil && one.column === old.column)
					),
					...clashes
				];
		} catch (cause) {
			const cells = cause instanceof Problem && cause.status === 422 ? cause.fields : [];
			for (const { field, detail } of cells) {
				const cell = sent[Number(field.match(/^marks\.(\d+)$/)?.[1] ?? Number.NaN)];
				if (!cell) continue;
				const key = keyOf(cell.pupil, cell.column);
				this.refused[key] = detail;
				this.#queue.delete(key);
			}
			if (cells.length === 0) {
				this.trouble = cause;
				this.closed =
					cause instanceof Problem && cause.status >= 400 && cause.status < 500 && cause.status !== 429;
			}
		} finally {
			this.sending = false;
			this.waiting = this.#queue.size;
		}
		if (this.#queue.size > 0 && !this.closed) this.#later(this.trouble ? retry : 0);
	}

	/** Settles a clash: theirs stays, or mine is written knowing it. */
	settle(clash: Clash, mine: boolean) {
		this.clashes = this.clashes.filter((one) => one !== clash);
		if (mine) this.#put([{ pupil: clash.pupil, column: clash.column, value: clash.mine }]);
	}
}
