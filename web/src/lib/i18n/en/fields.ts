import type vi from '../vi/fields';

const acts: Record<string, string> = {
	move_class: 'Changed by moving class',
	never: 'Not changed here'
};

const fields: typeof vi = {
	acts,
	tab: 'Record',
	yes: 'Yes',
	no: 'No',
	empty: 'None',
	edit: 'Change',
	save: 'Save',
	saved: (title) => `“${title}” was saved.`,
	since: (day) => `since ${day}`,
	guarded: 'Protected. This look is recorded.',
	sensitive: 'Sensitive. This look is recorded.',
	show: 'Show',
	hidden: 'You may not see this.',
	computed: 'Computed',
	reported: (text) => `reported elsewhere: ${text}`,
	otherAct: 'Changed by an act of its own',
	wrong: (label) => `“${label}” is not of the right form.`,
	tooLong: (label, most) => `“${label}” is longer than ${most} letters.`,
	history: 'Before',
	noHistory: 'Never changed.',
	until: (from, to) => `${from} – ${to}`,
	filled: (n, all) => `${n} of ${all}`,
	add: 'Add',
	remove: 'Remove',
	removeSays: (title) => `Takes a row of “${title}” away. The history keeps it.`,
	removed: 'Removed.',
	none: 'No rows yet.',
	saySets: (title) => `Keeps “${title}”. What was there before can still be seen.`,
	undo: 'Can be changed again at any time.',
	onlyFilled: 'Only what is there',
	all: 'All'
};

export default fields;
