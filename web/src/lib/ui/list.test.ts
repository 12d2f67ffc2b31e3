import { describe, expect, it } from 'vitest';
import { ListState } from './list.svelte';

interface Row {
	id: string;
	name: string;
}

function list(count: number, wrong: { now: boolean } = { now: false }) {
	const all: Row[] = Array.from({ length: count }, (_, n) => ({ id: `r${n}`, name: `Hàng ${n}` }));
	const asked: number[] = [];
	const page = (cursor: string | null, limit: number) => {
		const from = Number(cursor ?? 0);
		asked.push(from);
		const items = all.slice(from, from + limit);
		const next = from + limit < all.length ? String(from + limit) : null;
		return { items, next, total: all.length, total_is_more: false };
	};
	const one = new ListState<Row>(
		{
			key: (row) => row.id,
			page: async (cursor, limit) => {
				if (wrong.now) throw new Error('away');
				return page(cursor, limit);
			}
		},
		page(null, 40)
	);
	return { one, all, asked };
}

describe('a list', () => {
	it('reads on page by page until it is whole', async () => {
		const { one } = list(500);
		expect(one.rows.length).toBe(40);
		await one.more();
		expect(one.rows.length).toBe(240);
		expect(await one.upTo(10_000)).toBe(true);
		expect(one.rows.map((row) => row.id)).toEqual(Array.from({ length: 500 }, (_, n) => `r${n}`));
		await one.more();
		expect(one.rows.length).toBe(500);
	});

	it('keeps what it has when a page fails, and goes on from there', async () => {
		const wrong = { now: true };
		const { one } = list(100, wrong);
		expect(await one.upTo(100)).toBe(false);
		expect(one.rows.length).toBe(40);
		expect(one.failed).toBeInstanceOf(Error);
		wrong.now = false;
		await one.more();
		expect(one.rows.length).toBe(100);
		expect(one.failed).toBeNull();
	});

	it('reads again in place, and stays as it was when that fails', async () => {
		const wrong = { now: false };
		const { one, all } = list(300, wrong);
		await one.more();
		one.choose(['r7'], true);
		all[7] = { id: 'r7', name: 'Tên mới' };
		wrong.now = true;
		await expect(one.refresh()).rejects.toThrow();
		expect(one.rows.length).toBe(240);
		wrong.now = false;
		await one.refresh();
		expect(one.rows.length).toBeGreaterThanOrEqual(240);
		expect(one.chosenRows.map((row) => row.name)).toEqual(['Tên mới']);
	});

	it('counts what is chosen: rows, or everything that matches', () => {
		const { one } = list(17_374);
		one.choose(['r1', 'r2'], true);
		expect(one.chosenCount).toBe(2);
		one.everything = true;
		expect(one.chosenCount).toBe(17_374);
		one.choose(['r1'], false);
		expect(one.chosenCount).toBe(1);
	});
});
