import type vi from '../vi/settings';

const settings: typeof vi = {
	names: {
		'sign_in.second_factor': 'Who has to show a second factor to sign in',
		'mail.smtp_host': 'Mail server (SMTP)',
		'mail.smtp_port': 'Port of the mail server',
		'mail.smtp_security': 'How the way to the mail server is encrypted',
		'mail.smtp_user': 'Name to sign in to the mail server with',
		'mail.smtp_password': 'Password of the mail server',
		'mail.from': 'Sender’s address'
	},
	rooms: { mail: 'Mail', sign_in: 'Signing in' },
	leads: {
		mail: 'The mail server of the unit. A unit that names none uses that of the unit above, password and all.',
		sign_in: 'What a unit above demands cannot be loosened below: of all that apply, the strictest holds.'
	},
	choices: {
		'sign_in.second_factor.off': 'Nobody has to',
		'sign_in.second_factor.administrators': 'Whoever gives rights or changes settings',
		'sign_in.second_factor.everyone': 'Everybody',
		'mail.smtp_security.tls': 'TLS (usually port 465)',
		'mail.smtp_security.starttls': 'STARTTLS (usually port 587)',
		'mail.smtp_security.none': 'Not encrypted (only to a mail server on this machine)'
	},
	hints: {
		'mail.smtp_host': 'For example: smtp.school.edu.vn',
		'mail.smtp_port': 'Without a value of its own, the usual port is used',
		'mail.from': 'For example: School A <school@province.edu.vn>',
		'mail.smtp_password': 'Kept encrypted, shown to nobody again'
	},
	title: 'Settings',
	unit: 'Unit',
	of: (unit) => `Settings of ${unit}`,
	none: 'No unit to set up',
	noneDetail: 'Settings are changed by heads, school administrators and department administrators.',
	toUnit: 'See the unit',
	notSet: 'Not set',
	isSet: 'Set, not shown',
	yes: 'Yes',
	no: 'No',
	own: 'The unit’s own',
	above: (unit) => `From ${unit}`,
	installation: 'The whole server’s',
	byDefault: 'Default',
	idle: (value, lead) => `The unit has set “${value}”, which is not used until it sets its own: ${lead}.`,
	idleSecret: (lead) => `The unit has set one, which is not used until it sets its own: ${lead}.`,
	idleStricter: (value) =>
		`The unit has set “${value}”, which is not used: what a unit above or the server demands is stricter.`,
	change: 'Change',
	changeLabel: (name) => `Change: ${name}`,
	changeTitle: (name) => name,
	value: 'Value',
	newSecret: 'New password',
	between: (least, most) => `A whole number from ${least} to ${most}`,
	whole: (least, most) => `Enter a whole number from ${least} to ${most}.`,
	yourOwn: 'From now on the unit uses this, and so do the units below that set none of their own.',
	strictestHolds:
		'The least that the unit and the units below demand. Where a unit above demands more, that still holds.',
	counting: 'Counting the people this would hold…',
	notCounted: 'How many people this would hold could not be counted.',
	heldNobody: 'There is nobody yet whom this would hold.',
	heldAll: (people) => `Holds for people: ${people}. None of them has to do anything.`,
	held: (people, act) =>
		`Holds for people: ${people}. Without a second factor: ${act}; within 5 minutes, or when they next sign in, they have to add one before they can go on.`,
	heldYou: 'You are one of them.',
	retype: (names) => `When this is changed or removed, the following must be typed again: ${names}.`,
	remove: 'Remove own value',
	removeLabel: (name) => `Remove own value: ${name}`,
	removeTitle: (name) => `Remove own value: ${name}?`,
	removeDetail:
		'The unit uses the value of the unit above again, or the default. To set it again it must be typed again.',
	saved: 'Setting saved.',
	removed: 'Own value removed.',
	tryMail: 'Send a trial mail',
	tryTitle: 'Send a trial mail',
	tryLead: 'Khuê sends by the settings in force above and tells the outcome here.',
	to: 'To the address',
	send: 'Send',
	sending: 'Sending…',
	sent: 'The mail server took it. Look into the inbox, and among the spam.',
	keptHere: 'The mail did not leave this server',
	notSent: 'Not sent yet',
	willRetry: 'Khuê will send it again by itself; see the background jobs.',
	toJobs: 'Open background jobs',
	sendAgain: 'Send another'
};

export default settings;
