import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { ChangeImport, Import, ImportRow } from '$lib/api/types';
import { count } from '$lib/format';
import { t } from '$lib/i18n/imports';
import { toasts } from '$lib/state/toasts.svelte';
import { asProblem } from '$lib/ui/form.svelte';
import type { ListState } from '$lib/ui/list.svelte';
import { inverse, rowKey } from './rows';
import type { ImportView } from './view';

/** What can be taken back, import by import: other rows are looked at meanwhile. */
const taken = new Map<string, Partial<ChangeImport>[]>();

interface Step {
	change: Partial<ChangeImport>;
	note: string;
}

/** One import as it is worked on: corrections go one after another, each on the version before. */
export class ImportState {
	import: Import = $state.raw() as Import;
	readonly list: ListState<ImportRow>;
	/** How many corrections wait or are on their way. */
	pending = $state(0);
	/** What the live region says. */
	told = $state('');
	/** What can be taken back, the last one last. */
	undoable: Partial<ChangeImport>[] = $state.raw([]);
	readonly unit: string;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(unit: string, first: Import, list: ListState<ImportRow>) {
		this.unit = unit;
		this.import = first;
		this.list = list;
		this.undoable = taken.get(first.id) ?? [];
	}

	#remember(all: Partial<ChangeImport>[]) {
		this.undoable = all;
		taken.set(this.import.id, all);
	}

	get ready(): boolean {
		return this.import.state === 'ready';
	}

	get left(): number {
		return this.import.counts.refused + this.import.counts.doubtful;
	}

	/** Corrects, says so, and remembers how it is taken back where that can be. Answers whether it was done. */
	correct(change: Partial<ChangeImport>, note: string): Promise<boolean> {
		const back = change.cells || change.rows ? inverse(this.list.rows, change) : null;
		return this.#send({ change, note }, back);
	}

	async undo() {
		const change = this.undoable.at(-1);
		if (!change) return;
		this.#remember(this.undoable.slice(0, -1));
		await this.#send({ change, note: t.undone }, null);
	}

	#send({ change, note }: Step, back: Partial<ChangeImport> | null): Promise<boolean> {
		this.pending++;
		const turn = this.#queue.then(async () => {
			try {
				this.import = await api.changeImport(this.unit, this.import.id, this.import.version, change);
				if (back) this.#remember([...this.undoable, back]);
				await this.#refreshRows();
				const { refused, doubtful } = this.import.counts;
				const rest = refused + doubtful === 0 ? t.allClear : t.left(count(refused), count(doubtful));
				this.told = `${note} ${rest}`;
				return true;
			} catch (cause) {
				await this.#failed(cause);
				return false;
			} finally {
				this.pending--;
			}
		});
		this.#queue = turn;
		return turn;
	}

	async #failed(cause: unknown) {
		const problem = asProblem(cause);
		if (problem.code === 'import.stale' || problem.code === 'import.not_ready') {
			// What somebody else did to it counts; what is taken back here would be theirs.
			this.#remember([]);
			await this.refresh().catch(() => {});
			toasts.show(
				problem.code === 'import.stale' ? t.stale : `${problem.title}. ${problem.detail}`,
				'problem'
			);
			return;
		}
		const fields = problem instanceof Problem ? problem.fields.map((field) => field.detail) : [];
		toasts.show(`${problem.title}. ${fields[0] ?? problem.detail}`, 'problem');
	}

	async refresh() {
		this.import = await api.importOf(this.unit, this.import.id);
		await this.#refreshRows();
	}

	async #refreshRows() {
		// The answer is there already; rows that cannot be had now come with the next one.
		await this.list.refresh().catch(() => {});
	}
}

/** The rows of an import as a view asks for them. */
export function rowsOf(unit: string, id: string, view: ImportView) {
	const query = {
		verdict: view.verdict || undefined,
		code: view.code || undefined,
		key: view.key || undefined,
		q: view.q || undefined
	};
	return {
		key: (row: ImportRow) => rowKey(row),
		page: (cursor: string | null, limit: number) =>
			api.importRows(unit, id, { ...query, cursor: cursor ?? undefined, limit })
	};
}
