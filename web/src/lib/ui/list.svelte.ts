import { SvelteSet } from 'svelte/reactivity';
import type { Page } from '$lib/api/types';

/** Rows asked for at once after the first page: few requests, each quick. */
export const pageSize = 200;
/** A list that changed elsewhere is read again up to here; what is longer keeps its rows until it is asked anew. */
const again = 1000;

export interface ListSource<Row> {
	key: (row: Row) => string;
	page: (cursor: string | null, limit: number) => Promise<Page<Row>>;
}

/**
 * A list that comes page by page: the rows read so far, how many there are, which are chosen. The first page is read
 * before the screen shows; the others as they are scrolled to.
 */
export class ListState<Row> {
	rows: Row[] = $state.raw([]);
	next: string | null = $state.raw(null);
	total = $state.raw(0);
	totalIsMore = $state.raw(false);
	busy = $state(false);
	failed: unknown = $state.raw(null);
	/** The chosen rows, by key. */
	readonly chosen = new SvelteSet<string>();
	/** Whether everything that matches is chosen, also what has not been read. */
	everything = $state(false);
	readonly source: ListSource<Row>;

	constructor(source: ListSource<Row>, first: Page<Row>) {
		this.source = source;
		this.#put(first.items, first);
	}

	#put(rows: Row[], page: Page<Row>) {
		this.rows = rows;
		this.next = page.next ?? null;
		this.total = page.total;
		this.totalIsMore = page.total_is_more;
	}

	get chosenRows(): Row[] {
		return this.rows.filter((row) => this.chosen.has(this.source.key(row)));
	}

	get chosenCount(): number {
		return this.everything ? this.total : this.chosen.size;
	}

	choose(keys: string[], on: boolean) {
		this.everything = false;
		for (const key of keys) {
			if (on) this.chosen.add(key);
			else this.chosen.delete(key);
		}
	}

	chooseNone() {
		this.everything = false;
		this.chosen.clear();
	}

	/** Reads the next page. A failure is kept, to be shown and tried again. */
	async more(): Promise<void> {
		if (this.busy || this.next === null) return;
		this.busy = true;
		this.failed = null;
		try {
			const page = await this.source.page(this.next, pageSize);
			this.#put([...this.rows, ...page.items], page);
		} catch (cause) {
			this.failed = cause;
		} finally {
			this.busy = false;
		}
	}

	/** Reads on until there are so many rows, or no more. Answers whether the list is whole. */
	async upTo(count: number): Promise<boolean> {
		while (this.next !== null && this.rows.length < count && !this.failed) await this.more();
		return this.next === null;
	}

	/** Reads again what is shown, and puts it in place at once; a failure leaves everything as it was. */
	async refresh() {
		const wanted = this.rows.length;
		if (this.busy || wanted > again) return;
		this.busy = true;
		try {
			let page = await this.source.page(null, Math.min(Math.max(wanted, 40), pageSize));
			const rows = [...page.items];
			while (page.next && rows.length < wanted) {
				page = await this.source.page(page.next, pageSize);
				rows.push(...page.items);
			}
			this.#put(rows, page);
		} finally {
			this.busy = false;
		}
	}

	/** Puts a newer version of a row in the place of the old one. */
	replace(row: Row) {
		const key = this.source.key(row);
		this.rows = this.rows.map((one) => (this.source.key(one) === key ? row : one));
	}
}
