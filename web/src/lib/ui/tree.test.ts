import { describe, expect, it } from 'vitest';
import { TreeState } from './tree.svelte';

interface Place {
	name: string;
	below: Place[];
}
const leaf = (name: string): Place => ({ name, below: [] });

function tree(pages = 1) {
	const root: Place = { name: 'Tỉnh', below: [{ name: 'Xã Bến', below: [leaf('Trường')] }, leaf('Xã Đồng')] };
	return new TreeState<Place>(
		{
			id: (place) => place.name,
			texts: (place) => [place.name, place.name.replace(/^Xã /, '')],
			branches: (place) => place.below.length > 0,
			children: async (place, cursor) =>
				pages === 1
					? { items: place.below, next: null }
					: cursor === null
						? { items: place.below.slice(0, 1), next: 'more' }
						: { items: place.below.slice(1), next: null }
		},
		[root]
	);
}
const shown = (one: TreeState<Place>) => one.visible.map((node) => node.item.name);

describe('the tree', () => {
	it('opens, goes in, and comes back', async () => {
		const one = tree();
		one.key('ArrowRight', 0);
		await Promise.resolve();
		await Promise.resolve();
		expect(shown(one)).toEqual(['Tỉnh', 'Xã Bến', 'Xã Đồng']);
		one.key('ArrowRight', 0);
		expect(one.at?.item.name).toBe('Xã Bến');
		one.key('ArrowLeft', 0);
		expect(one.at?.item.name).toBe('Tỉnh');
		one.key('End', 0);
		expect(one.at?.item.name).toBe('Xã Đồng');
	});

	it('jumps to what is typed, without tone marks', async () => {
		const one = tree();
		if (one.roots[0]) await one.open(one.roots[0]);
		one.key('x', 1000);
		expect(one.at?.item.name).toBe('Xã Bến');
		one.key('x', 5000);
		expect(one.at?.item.name).toBe('Xã Đồng');
		one.key('t', 9000);
		one.key('i', 9100);
		expect(one.at?.item.name).toBe('Tỉnh');
	});

	it('takes a space into the word that is being typed, and finds a name without the word of its kind', async () => {
		const one = tree();
		if (one.roots[0]) await one.open(one.roots[0]);
		for (const [n, letter] of [...'xa d'].entries()) expect(one.key(letter, 1000 + n * 100)).toBe(true);
		expect(one.at?.item.name).toBe('Xã Đồng');
		expect(one.key(' ', 5000), 'nothing is being typed').toBe(false);
		one.key('b', 9000);
		expect(one.at?.item.name).toBe('Xã Bến');
	});

	it('stands on the parent when the branch is folded', async () => {
		const one = tree();
		const root = one.roots[0];
		if (!root) throw new Error('no root');
		await one.open(root);
		one.key('End', 0);
		one.close(root);
		expect(one.at).toBe(root);
	});

	it('fetches page by page', async () => {
		const one = tree(2);
		const root = one.roots[0];
		if (!root) throw new Error('no root');
		await one.open(root);
		expect(shown(one)).toEqual(['Tỉnh', 'Xã Bến']);
		expect(root.next).toBe('more');
		await one.more(root);
		expect(shown(one)).toEqual(['Tỉnh', 'Xã Bến', 'Xã Đồng']);
	});

	it('looks again in place: what stays keeps its place, what is gone gives the keyboard to its parent', async () => {
		const root: Place = {
			name: 'Tỉnh',
			below: [{ name: 'Xã Bến', below: [leaf('Trường')] }, leaf('Xã Đồng')]
		};
		const one = new TreeState<Place>(
			{
				id: (place) => place.name,
				texts: (place) => [place.name, place.name.replace(/^Xã /, '')],
				branches: (place) => place.below.length > 0,
				children: async (place) => ({ items: place.below, next: null })
			},
			[root]
		);
		const top = one.roots[0];
		if (!top) throw new Error('no root');
		await one.open(top);
		const [ben] = top.children;
		if (!ben) throw new Error('no child');
		await one.open(ben);
		one.key('End', 0);
		root.below = [leaf('Xã An'), ...root.below.slice(0, 1)];
		await one.refresh();
		expect(shown(one)).toEqual(['Tỉnh', 'Xã An', 'Xã Bến', 'Trường']);
		expect(top.children[1]).toBe(ben);
		expect(ben.open).toBe(true);
		expect(one.at).toBe(top);
	});

	it('can be asked again after a failure', async () => {
		let fail = true;
		const one = new TreeState<string>(
			{
				id: (text) => text,
				texts: (text) => [text],
				branches: () => true,
				children: async () => {
					if (fail) throw new Error('away');
					return { items: ['b'], next: null };
				}
			},
			['a']
		);
		const root = one.roots[0];
		if (!root) throw new Error('no root');
		await one.open(root);
		expect(root.state).toBe('failed');
		fail = false;
		await one.more(root);
		expect(root.state).toBe('here');
	});
});
