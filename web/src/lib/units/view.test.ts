import { describe, expect, it } from 'vitest';
import { hasOwn, readView, serverSort, writeView } from './view';

const read = (text: string) => readView(new URLSearchParams(text));

describe('the address of the units screen', () => {
	it('is short for what is usual', () => {
		expect(writeView(read(''))).toBe('');
	});

	it('says the same after it was read', () => {
		const text =
			'?xem=bang&pham-vi=ca-nuoc&loai=school,campus&cha=u1&ngay=2025-06-30&q=an+binh&sap=-ma&cot=ma,tu';
		expect(writeView(read(text))).toBe(text);
	});

	it('ignores what it does not know', () => {
		const view = read('?xem=la&ngay=hom-qua&sap=gi&cot=la,ma');
		expect(view.view).toBe('cay');
		expect(view.asOf).toBe('');
		expect(read('?pham-vi=tinh').whole).toBe(false);
		expect(view.sort).toBe('ten');
		expect(view.columns).toEqual(['ma']);
	});

	it('tells whose own is less than everything', () => {
		const of = (...kinds: string[]) => hasOwn(kinds.map((kind) => ({ unit: { kind } })));
		expect([of(), of('ministry', 'school'), of('school'), of('department', 'school')]).toEqual([
			false,
			false,
			true,
			true
		]);
	});

	it('names the sort as the server does', () => {
		expect(serverSort('-ma')).toBe('-code');
		expect(serverSort('la')).toBe('name');
	});
});
