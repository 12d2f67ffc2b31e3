import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Me, UnitRow } from '$lib/api/types';
import { TreeState } from '$lib/ui/tree.svelte';

const kept = new Map<string, Promise<TreeState<UnitRow>>>();

/**
 * The tree of one date, from the units this person holds a role in. Kept while the page lives, so that
 * coming back finds it as it was left.
 */
export function unitTree(me: Me, asOf: string): Promise<TreeState<UnitRow>> {
	const name = `${me.account.id} ${asOf}`;
	let tree = kept.get(name);
	if (!tree) {
		tree = grow(me, asOf);
		tree.catch(() => kept.delete(name));
		kept.set(name, tree);
	}
	return tree;
}

/** Something was created, moved or closed. */
export const forgetTrees = () => kept.clear();

async function grow(me: Me, asOf: string): Promise<TreeState<UnitRow>> {
	const ids = [...new Set(me.grants.map((grant) => grant.unit.id))].slice(0, 8);
	const units = await Promise.all(
		ids.map((id) =>
			api.unit(id, asOf || undefined).catch((cause: unknown) => {
				// A unit that did not exist on that date is simply not there.
				if (cause instanceof Problem && cause.status === 404) return null;
				throw cause;
			})
		)
	);
	const here = units.filter((unit) => unit !== null);
	const roots = here.filter((unit) => !unit.path.some((step) => ids.includes(step.id)));
	const tree = new TreeState<UnitRow>(
		{
			id: (unit) => unit.id,
			text: (unit) => unit.name,
			branches: (unit) => unit.children > 0,
			children: (unit, cursor) =>
				api.units({
					parent: unit.id,
					as_of: asOf || undefined,
					sort: 'name',
					limit: 200,
					cursor: cursor ?? undefined
				})
		},
		roots
	);
	// One root: nobody comes to look at that one row.
	const [only] = tree.roots;
	if (only && tree.roots.length === 1) await tree.open(only);
	return tree;
}
