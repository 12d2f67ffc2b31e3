import type vi from '../vi/duplicates';

const reasons: Record<string, string> = {
	name_same: 'The same name',
	name_unmarked: 'The same name, one typed without marks',
	name_marks: 'The same name apart from marks',
	given_marks: 'The same name apart from marks, the given name among them',
	name_order: 'The same words in another order',
	middle_missing: 'The same name, one without the middle name',
	name_part: 'One gives only the end of the name',
	name_slip: 'Names one slip apart',
	given_slip: 'Given names one letter apart',
	middle_other: 'Another middle name',
	name_other: 'Other names',
	birth_same: 'Born the same day',
	birth_part: 'What is known of the births agrees',
	birth_swapped: 'Day and month swapped',
	birth_slip: 'Births one digit apart',
	birth_turned: 'Two neighbouring digits of the birth swapped',
	birth_new_year: 'The same year, one given as 1 January',
	birth_other: 'Another birth',
	number_same: 'The same personal number',
	number_slip: 'Personal numbers one slip apart',
	number_other: 'Other personal numbers',
	code_same: 'The same code',
	code_other: 'Other codes',
	family_same: 'A parent or guardian of the same name',
	family_other: 'Parents of other names',
	sex_other: 'The other sex',
	twins: 'Seem to be twins',
	siblings: 'Seem to be siblings'
};

const english: typeof vi = {
	reasons,
	title: 'Possible duplicates',
	lead: 'Pairs of records that may be of one person. Khuê only proposes; you decide, and every decision can be taken back.',
	searchNow: 'Search now',
	searching: 'Searching…',
	searched: (n: string) => `Done: ${n} pairs to look at.`,
	searchNote: 'Searched every night and after each import.',
	which: 'Which pairs',
	open: 'Open',
	same: 'Merged',
	different: 'Two people',
	queue: 'Pairs',
	noneOpen: 'Nothing to look at',
	noneOpenDetail:
		'Khuê searches every night and after each import. After many corrections it can search at once.',
	noneSame: 'Nothing was merged',
	noneDifferent: 'No pair was found to be two people',
	noneDecidedDetail: 'Pairs that were decided stand here, to be looked at and opened again.',
	score: (n: number): string =>
		n >= 85
			? 'Almost surely one person'
			: n >= 65
				? 'Very much alike'
				: n >= 58
					? 'Rather alike'
					: 'Somewhat alike',
	scoreShort: (n: number): string =>
		n >= 85 ? 'Almost sure' : n >= 65 ? 'Very alike' : n >= 58 ? 'Rather alike' : 'Somewhat alike',
	outOfReach: 'At another school',
	farSide: 'This record is another unit’s and is not shown here.',
	farAdvice: (schools: string) =>
		`You cannot decide alone. Please ask ${schools}; an office above both sees this pair.`,
	field: 'Field',
	first: 'First record',
	second: 'Second record',
	compare: 'Comparison',
	fullName: 'Name',
	birth: 'Born',
	sex: 'Sex',
	code: 'Pupil’s code',
	heldBy: 'Held by',
	agrees: 'same',
	differs: 'differs',
	unknown: 'unknown',
	why: 'Why it is asked',
	speaksFor: 'For one person',
	speaksAgainst: 'For two people',
	merge: 'One person',
	apart: 'Two people',
	reopen: 'Open again',
	next: 'More',
	previous: 'Previous',
	keys: 'J K another pair, M one person, D two people, U take the last decision back.',
	foundAt: (at: string) => `found ${at}`,
	decided: (by: string, at: string) => `${by}, ${at}`,
	somebody: 'The server',
	mergeTitle: 'Merge two records',
	keep: 'The record that stays',
	keepHint: 'Its name, birth and code stand from now on.',
	mergeWhat: (gone: string, kept: string) =>
		`Whoever opens “${gone}” comes to “${kept}” from now on. Classes, marks and papers of both stay where they are; nothing is lost. It can be taken apart again any time under Merged.`,
	mergeIt: 'Merge',
	mergeAnyway: 'Merge all the same',
	merged: 'Merged.',
	toldApart: 'Noted as two people; not asked about again.',
	reopened: 'Open again.',
	undo: 'Take back',
	reopenTitle: 'Open this pair again',
	reopenSame:
		'The two records are apart again as before, each with all that is its own. The pair is open again.',
	reopenDifferent: 'The pair is open again. Nothing else changes.',
	position: (at: string, all: string) => `${at}/${all}`,
	keptMark: 'stays',
	acrossTitle: 'Possible duplicates between schools',
	acrossLead:
		'Two schools seem to hold records of one person. Only the schools are named here; they decide together.',
	acrossNone: 'No pair between schools',
	acrossNoneDetail: 'Khuê searches every night and after each import of a school.',
	acrossOne: 'One record at',
	acrossOther: 'The other at',
	acrossUnit: 'Unit',
	notSeen: 'a unit out of sight'
};
export default english;
