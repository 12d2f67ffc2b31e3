import { fold } from '$lib/fold';

export interface Loaded<Item> {
	items: Item[];
	next?: string | null;
}

/** One place of a tree whose children are fetched when it is opened. */
export class Node<Item> {
	item: Item = $state.raw() as Item;
	parent: Node<Item> | null;
	open = $state(false);
	state = $state<'new' | 'asking' | 'here' | 'failed'>('new');
	children = $state.raw<Node<Item>[]>([]);
	next = $state.raw<string | null>(null);

	constructor(item: Item, parent: Node<Item> | null) {
		this.item = item;
		this.parent = parent;
	}

	get level(): number {
		return this.parent ? this.parent.level + 1 : 1;
	}
}

export interface TreeSource<Item> {
	id: (item: Item) => string;
	/** What may be typed to reach it: the names it goes by. */
	texts: (item: Item) => string[];
	branches: (item: Item) => boolean;
	children: (item: Item, cursor: string | null) => Promise<Loaded<Item>>;
	/** A root as it is now. */
	again?: (item: Item) => Promise<Item>;
}

/** What is open, what is fetched and where the keyboard stands; how it looks is the component's matter. */
export class TreeState<Item> {
	roots = $state.raw<Node<Item>[]>([]);
	at = $state.raw<Node<Item> | null>(null);
	/** So many rows are on the page; kept with the tree, so that coming back finds the page as long as it was. */
	drawn = $state(24);
	readonly source: TreeSource<Item>;
	#typed = '';
	#typedAt = Number.NEGATIVE_INFINITY;

	constructor(source: TreeSource<Item>, roots: Item[]) {
		this.source = source;
		this.roots = roots.map((item) => new Node(item, null));
		this.at = this.roots[0] ?? null;
	}

	/** The rows on the screen, from top to bottom. */
	get visible(): Node<Item>[] {
		const rows: Node<Item>[] = [];
		const walk = (nodes: Node<Item>[]) => {
			for (const node of nodes) {
				rows.push(node);
				if (node.open) walk(node.children);
			}
		};
		walk(this.roots);
		return rows;
	}

	siblings(node: Node<Item>): Node<Item>[] {
		return node.parent ? node.parent.children : this.roots;
	}

	async open(node: Node<Item>) {
		if (!this.source.branches(node.item)) return;
		node.open = true;
		if (node.state === 'new' || node.state === 'failed') await this.more(node);
	}

	async more(node: Node<Item>) {
		if (node.state === 'asking') return;
		node.state = 'asking';
		try {
			const { items, next } = await this.source.children(node.item, node.next);
			node.children = [...node.children, ...items.map((item) => new Node(item, node))];
			node.next = next ?? null;
			node.state = 'here';
		} catch {
			node.state = 'failed';
		}
	}

	/**
	 * Looks again at every branch that is open: rows that stay keep their place, what is open below them and the
	 * keyboard; rows that came or went do so. Throws when something could not be asked, and then nothing has changed there.
	 */
	async refresh() {
		for (const root of this.roots) {
			if (this.source.again) root.item = await this.source.again(root.item);
		}
		const open = [...this.visible].filter((node) => node.open && node.state === 'here');
		for (const node of open) await this.#again(node);
	}

	async #again(node: Node<Item>) {
		const { id } = this.source;
		const known = new Map(node.children.map((child) => [id(child.item), child]));
		const items: Item[] = [];
		let next: string | null = null;
		do {
			const page: Loaded<Item> = await this.source.children(node.item, next);
			items.push(...page.items);
			next = page.next ?? null;
		} while (next !== null && items.length < known.size);
		node.children = items.map((item) => {
			const child = known.get(id(item));
			if (!child) return new Node(item, node);
			child.item = item;
			return child;
		});
		node.next = next;
		for (let up = this.at; up?.parent; up = up.parent) {
			if (!this.siblings(up).includes(up)) this.at = up.parent;
		}
	}

	close(node: Node<Item>) {
		node.open = false;
		// The keyboard must not stand on a row that is gone.
		for (let up = this.at; up; up = up.parent) if (up === node) this.at = node;
	}

	/** The tree keys of the WAI-ARIA pattern. Answers whether the key was one of them. */
	key(name: string, now: number): boolean {
		const rows = this.visible;
		const node = this.at ?? rows[0];
		if (!node) return false;
		const index = rows.indexOf(node);
		switch (name) {
			case 'ArrowDown':
				this.at = rows[index + 1] ?? node;
				return true;
			case 'ArrowUp':
				this.at = rows[index - 1] ?? node;
				return true;
			case 'Home':
				this.at = rows[0] ?? node;
				return true;
			case 'End':
				this.at = rows.at(-1) ?? node;
				return true;
			case 'ArrowRight':
				if (!node.open) this.open(node);
				else this.at = node.children[0] ?? node;
				return true;
			case 'ArrowLeft':
				if (node.open) this.close(node);
				else this.at = node.parent ?? node;
				return true;
			case '*':
				for (const sibling of this.siblings(node)) this.open(sibling);
				return true;
		}
		// A space begins no name, but belongs to the one that is being typed.
		if ([...name].length !== 1 || (name === ' ' && now - this.#typedAt > 700)) return false;
		return this.#jump(rows, index, name, now);
	}

	/** Typing the beginning of a name goes to the next row that begins so. */
	#jump(rows: Node<Item>[], index: number, letter: string, now: number): boolean {
		this.#typed = now - this.#typedAt > 700 ? letter : this.#typed + letter;
		this.#typedAt = now;
		const wanted = fold(this.#typed);
		// A longer word may still fit the row we stand on; a first letter goes on to the next.
		const start = this.#typed.length > 1 ? index : index + 1;
		const turn = [...rows.slice(start), ...rows.slice(0, start)];
		const found = turn.find((row) =>
			this.source.texts(row.item).some((text) => fold(text).startsWith(wanted))
		);
		if (found) this.at = found;
		return true;
	}
}
