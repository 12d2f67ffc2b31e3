import type vi from '../vi/common';

const common: typeof vi = {
	kinds: {
		ministry: 'Ministry',
		province: 'Province',
		department: 'Department',
		commune: 'Commune, ward',
		school: 'School',
		campus: 'Campus',
		office: 'Office'
	},
	edges: {
		place: 'Place',
		staff: 'Staff',
		budget: 'Budget',
		teaching: 'Teaching',
		custody: 'Custody of records'
	},
	cancel: 'Cancel',
	close: 'Close',
	save: 'Save',
	again: 'Try again',
	loading: 'Loading…',
	working: 'Working…',
	optional: 'optional',
	required: (label) => `Please enter: ${label.toLowerCase()}.`,
	dateWrong: 'This date is not right. Type dd/mm/yyyy, for example 05/09/2026.',
	dateHint: 'dd/mm/yyyy',
	pickDate: 'Pick a date on the calendar',
	showPassword: 'Show',
	hidePassword: 'Hide',
	showPasswordLabel: 'Show password',
	summary: (n) => (n === 1 ? 'One thing needs mending' : `${n} things need mending`),
	notDone: 'Not done yet',
	requestId: 'Request id',
	copy: 'Copy',
	copied: 'Copied',
	more: 'Show more',
	today: 'Today',
	now: 'now',
	from: 'from',
	to: 'to',
	since: (date) => `since ${date}`,
	range: (from, to) => `${from} – ${to}`,
	nothingFound: 'Nothing found',
	searching: 'Searching…',
	typeToSearch: 'Type to search, tone marks not needed',
	clear: 'Clear choice',
	offline: 'No network',
	offlineDetail: 'This device has no network. What you typed is kept; try again when the network is back.',
	unreachable: 'Server cannot be reached',
	unreachableDetail:
		'The device has a network but the Khuê server does not answer. What you typed is kept; try again in a few minutes.',
	online: 'Connected',
	unexpected: 'The server gave an unexpected answer',
	unexpectedDetail: (status) =>
		`The server answered ${status} without saying why. Try again; if it stays so, tell the administrator.`,
	waitFor: (seconds) =>
		seconds < 60
			? `Wait ${seconds} seconds, then try again.`
			: `Wait ${Math.ceil(seconds / 60)} minutes, then try again.`,
	light: 'Light',
	dark: 'Dark',
	system: 'As the device',
	theme: 'Theme',
	language: 'Language',
	vietnamese: 'Tiếng Việt',
	english: 'English',
	cannotUndo: 'Cannot be undone',
	canUndo: 'Can be undone',
	previousMonth: 'Previous month',
	nextMonth: 'Next month',
	breadcrumb: 'Where you are',
	skip: 'Skip to main content'
};
export default common;
