import { api } from '$lib/api';
import { Problem } from '$lib/api/problem';
import type { Me, Page, UnitRow } from '$lib/api/types';
import { live } from '$lib/state/live.svelte';
import { TreeState } from '$lib/ui/tree.svelte';
import { isOffice } from './names';
import { hasOwn } from './view';

const kept = new Map<string, Promise<TreeState<UnitRow>>>();
/** The kept trees that something has been told of since they were last looked at. */
const stale = new Set<string>();
live.on((told) => {
	// Where the tree begins follows from the roles.
	if (told.some(({ kind }) => kind.startsWith('grant.'))) forgetTrees();
	else if (told.some(({ kind }) => kind.startsWith('unit') || kind === 'journal.other'))
		for (const name of kept.keys()) stale.add(name);
});

/**
 * The tree of one date, from the units this person holds a role in, or of the whole country. Kept while the page lives, so that
 * coming back finds it as it was left.
 */
export function unitTree(me: Me, asOf: string, whole: boolean): Promise<TreeState<UnitRow>> {
	const name = `${me.account.id} ${asOf} ${whole}`;
	let tree = kept.get(name);
	if (!tree) {
		tree = grow(me, asOf, whole);
		tree.catch(() => kept.delete(name));
		kept.set(name, tree);
	} else if (stale.has(name)) {
		// Shown at once as it was left; what changed meanwhile comes in its place.
		tree.then((here) => here.refresh()).catch(() => {});
	}
	stale.delete(name);
	return tree;
}

/**
 * Fetches today's tree before anybody asks for it: few kilobytes, and on a slow line it takes three turns. Not for those
 * who save data.
 */
export function warmTree(me: Me) {
	const line = (navigator as { connection?: { saveData?: boolean } }).connection;
	if (line?.saveData || me.grants.length === 0 || !me.screens.includes('units')) return;
	unitTree(me, '', !hasOwn(me.grants)).catch(() => {});
}

/** Something was created, moved or closed. */
export const forgetTrees = () => {
	kept.clear();
	stale.clear();
};

/** A unit that did not exist on that date is simply not there. */
const absent = (cause: unknown) => {
	if (cause instanceof Problem && (cause.status === 404 || cause.code === 'unit.not_then')) return null;
	throw cause;
};

type Early = Map<string, Promise<Page<UnitRow>>>;

const below = (parent: string, asOf: string, cursor: string | null = null) => {
	const rows = api.units({
		parent,
		as_of: asOf || undefined,
		sort: 'name',
		limit: 200,
		cursor: cursor ?? undefined
	});
	// Who waits for it hears of a failure; asked for early, nobody may come to wait.
	rows.catch(() => {});
	return rows;
};

/** Where the tree begins: the units themselves, and for an office the place it looks after. */
async function rootsOf(me: Me, asOf: string, whole: boolean, early: Early): Promise<UnitRow[]> {
	const as_of = asOf || undefined;
	const held = me.grants.map((grant) => grant.unit);
	if (whole) {
		return (await api.units({ kind: 'province', as_of, sort: 'name', limit: 200 })).items;
	}
	const ids = [...new Set(held.map((unit) => unit.id))].slice(0, 8);
	const units = await Promise.all(ids.map((id) => api.unit(id, as_of).catch(absent)));
	const places = new Map<string, UnitRow | null>();
	for (const unit of units) {
		if (!unit) continue;
		const place = unit.path.at(-1);
		if (!isOffice(unit.kind) || !place) places.set(unit.id, unit);
		else if (!places.has(place.id)) {
			// One place: the tree opens it at once, so what lies in it is asked for at the same time.
			if (ids.length === 1) early.set(place.id, below(place.id, asOf));
			places.set(place.id, await api.unit(place.id, as_of).catch(absent));
		}
	}
	const here = [...places.values()].filter((unit) => unit !== null);
	return here.filter((unit) => !unit.path.some((step) => places.has(step.id)));
}

async function grow(me: Me, asOf: string, whole: boolean): Promise<TreeState<UnitRow>> {
	const early: Early = new Map();
	const roots = await rootsOf(me, asOf, whole, early);
	const tree = new TreeState<UnitRow>(
		{
			id: (unit) => unit.id,
			texts: (unit) => [unit.full_name, unit.name],
			branches: (unit) => unit.children > 0,
			again: (unit) => api.unit(unit.id, asOf || undefined),
			children: (unit, cursor) => {
				const asked = cursor === null ? early.get(unit.id) : undefined;
				early.delete(unit.id);
				return asked ?? below(unit.id, asOf, cursor);
			}
		},
		roots
	);
	// One root: nobody comes to look at that one row.
	const [only] = tree.roots;
	if (only && tree.roots.length === 1) await tree.open(only);
	return tree;
}
