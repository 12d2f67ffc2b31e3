import type vi from '../vi/reshape';

const words: Record<string, string> = { school: 'school', campus: 'campus' };
const word = (kind: string) => words[kind] ?? 'unit';

const reshape: typeof vi = {
	mergeTitle: (kind) => `Merge ${kind === 'campus' ? 'campuses' : `${word(kind)}s`}`,
	mergeLead:
		'Enter a merger that has been decided. Choose what is merged, into what, and from when; look at the preview before you do it.',
	splitTitle: (name) => `Split ${name}`,
	splitLead:
		'Enter a division that has been decided. Say what there is after it; look at the preview before you do it.',
	parts: 'What is merged',
	partsNone: 'Nothing is chosen.',
	addPart: (kind) => `Add a ${word(kind)}`,
	removePart: (name) => `Remove ${name}`,
	howMuch: (name) => `How much of ${name}`,
	whole: 'Whole',
	part: 'Part',
	wholeHint: 'What goes whole ends on the effective day. What gives a part goes on.',
	into: 'Into what',
	intoStanding: 'One that stands',
	intoNew: 'A new one',
	intoWhich: 'Receiver',
	becomes: 'What there is afterwards',
	goesOn: (name) => `${name} goes on`,
	goesOnHint: 'If it does not go on it ends, and the first one below keeps its records.',
	targetTitle: (n) => `Unit ${n}`,
	addTarget: 'Add another',
	removeTarget: (n) => `Remove unit ${n}`,
	placeSchool: 'In the commune',
	placeCampus: 'Of the school',
	decision: 'Decision',
	preview: 'Preview',
	previewing: 'Looking…',
	partsFew: 'Choose at least two, or one that goes into a unit that stands.',
	outcome: 'This will',
	outcomeFrom: (date) => `From ${date}`,
	founded: 'Founded',
	foundedUnder: (authority) => `under ${authority}`,
	ended: 'Ends',
	changed: 'Goes on',
	moved: 'Campuses that go along',
	roles: (n) => `${n} roles of people at the units that end are over. Give roles at the receiver.`,
	rolesNone: 'No role ends.',
	invitations: (n) => `${n} open invitations are withdrawn.`,
	undo: 'A mistake is mended by recording another change, and the history keeps both.',
	sure: 'I have compared this with the decision',
	sureNeeded: 'Compare with the decision, then tick this box.',
	doMerge: 'Merge',
	doSplit: 'Split',
	back: 'Change',
	merged: (name) => `Recorded the merger into ${name}.`,
	divided: (name) => `Recorded the division of ${name}.`
};
export default reshape;
